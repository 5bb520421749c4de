"""Scenario files from disk: read, checked, their tables of cases unrolled."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from exim_lang.errors import UsageError
from exim_lang.records import dataclass, field, replace
from exim_lang.scenario import document as yaml
from exim_lang.scenario.schema import STEP_KINDS, Scenario, ScenarioFile, Verdict

if TYPE_CHECKING:
    from exim_lang.scenario.document import Document, DocumentError

SUFFIX = ".exim-test.yaml"

_PATH = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\[(\.\.\.)\]|\[key\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`")
_WORDS = {"object": "mapping", "array": "list"}


class ScenarioErrors(UsageError):
    """What is wrong with a scenario file: one line each, beginning with file:line:col."""

    def __init__(self, errors: list[DocumentError]) -> None:
        super().__init__("\n".join(error.message for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Case:
    """One test that runs: a scenario, or one case of it. `line` is where it stands, `step_lines` where its steps do."""

    name: str
    scenario: Scenario
    line: int
    step_lines: tuple[int, ...]
    tags: frozenset[str]


@dataclass(slots=True)
class Suite:
    """One scenario file: what all its tests have in common, and the tests."""

    path: Path
    common: ScenarioFile
    cases: list[Case] = field(default_factory=list)
    text_line: int = 0
    """The line of the file in front of the first line of `configuration_text`; 0 where its lines are not those of the file."""

    @property
    def folder(self) -> Path:
        return self.path.parent


def find_files(paths: list[str]) -> list[Path]:
    """The scenario files named, or below the folders named, in order; raises UsageError for a path that is not there."""
    found: dict[Path, None] = {}
    for path in map(Path, paths or ["."]):
        if path.is_dir():
            hidden = (".", "__pycache__", "node_modules")
            below = sorted(path.rglob(f"*{SUFFIX}"))
            found |= dict.fromkeys(one for one in below if not any(p.startswith(hidden) for p in one.relative_to(path).parts))
        elif path.is_file():
            found[path] = None
        else:
            raise UsageError(f"{path}: No such file or directory")
    return list(found)


def load_suite(path: Path) -> Suite:
    """Reads a scenario file; raises ScenarioErrors with all that is wrong in it, UsageError when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: a scenario file is UTF-8: {error.reason} at byte {error.start}") from error
    return suite_from_text(text, path)


def suite_from_text(text: str, path: Path) -> Suite:
    """A scenario file given as text; `path` is what messages say and what other paths are relative to."""
    try:
        document = yaml.read_document(text, str(path))
    except yaml.DocumentError as error:
        raise ScenarioErrors([error]) from error
    loader = _Loader(document)
    suite = loader.suite(path)
    if suite is None or loader.errors:
        raise ScenarioErrors(loader.errors)
    return suite


class _Loader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.errors: list[DocumentError] = []

    def suite(self, path: Path) -> Suite | None:
        data = self.document.data
        if not isinstance(data, dict) or not isinstance(data.get("tests"), list):
            at: yaml.Path = ("tests",) if isinstance(data, dict) and "tests" in data else ()
            self.errors.append(self.document.error(at, "a scenario file is a mapping with a list `tests`"))
            return None
        common = self.convert({**data, "tests": []}, ScenarioFile, ())
        if common is None:
            common = ScenarioFile(tests=[])
        elif common.configuration and common.configuration_text:
            self.errors.append(
                self.document.error(("configuration_text",), "either `configuration` or `configuration_text`", key=True)
            )
        suite = Suite(path, common)
        if ("configuration_text",) in self.document.literal:
            suite.text_line = self.document.place(("configuration_text",))[0]
        for index, raw in enumerate(data["tests"]):
            suite.cases += self.cases(raw, ("tests", index), common)
        return suite

    def cases(self, raw: Any, path: yaml.Path, common: ScenarioFile) -> list[Case]:
        """The cases of one test; a test without a table is one case."""
        if not isinstance(raw, dict):
            self.errors.append(self.document.error(path, "a test is a mapping"))
            return []
        table = raw.get("cases", [{}])
        if not isinstance(table, list) or not table or not all(isinstance(row, dict) for row in table):
            self.errors.append(self.document.error((*path, "cases"), "`cases` is a list of mappings: parameter and value"))
            return []
        template = {key: value for key, value in raw.items() if key != "cases"}
        wanted = yaml.parameters_in(template)
        found: list[Case] = []
        for number, row in enumerate(table):
            known = len(self.errors)
            at: yaml.Path = (*path, "cases", number) if "cases" in raw else path
            missing = sorted(wanted - row.keys())
            if missing:
                self.errors.append(self.document.error(at, f"nothing says what {{{{{missing[0]}}}}} is"))
            useless = sorted(row.keys() - wanted - {"name"})
            if useless:
                self.errors.append(
                    self.document.error((*at, useless[0]), f"{{{{{useless[0]}}}}} is used nowhere in this test", key=True)
                )
            data = yaml.with_parameters(template, row)
            shared = self.document.data.get("client")
            if isinstance(shared, dict) and isinstance(data.get("client"), dict):
                data["client"] = {**shared, **data["client"]}
            scenario = self.convert(data, Scenario, path)
            if scenario is not None:
                self.check(scenario, data, path)
                case = self.case(scenario, path, common)
                if "cases" in raw:
                    case = replace(case, name=self.case_name(case.name, row, raw, {one.name for one in found}))
                found.append(case)
            if len(self.errors) > known:
                break  # the other rows would tell the same again
        return found

    def case(self, scenario: Scenario, path: yaml.Path, common: ScenarioFile) -> Case:
        line = self.document.place(path)[0]
        name = scenario.name or self.default_name(scenario, line)
        steps = scenario.steps if isinstance(scenario.steps, list) else []
        lines = tuple(self.document.place((*path, "steps", index))[0] for index in range(len(steps)))
        return Case(name, scenario, line, lines, frozenset([*common.tags, *scenario.tags]))

    def case_name(self, name: str, row: dict[str, Any], raw: dict[str, Any], taken: set[str]) -> str:
        """The name of one case: with its parameters behind it, unless they stand in it."""
        told = row.get("name")
        if not told:
            if yaml.parameters_in(raw.get("name", "")) and name not in taken:
                return name
            told = ", ".join(f"{key}={value}" for key, value in row.items() if not isinstance(value, dict | list))
        return f"{name} [{told}]"

    def default_name(self, scenario: Scenario, line: int) -> str:
        for kind in ("acl", "expand", "route"):
            value = getattr(scenario, kind)
            if isinstance(value, str):
                return f"{kind} {value}"
        return f"{'session' if isinstance(scenario.steps, list) else 'submission'} at line {line}"

    def check(self, scenario: Scenario, data: dict[str, Any], path: yaml.Path) -> None:
        """What types cannot say: a test is one thing, a step does one thing."""
        possible = ("steps", "acl", "expand", "route", "submit")
        kinds = [kind for kind in possible if isinstance(getattr(scenario, kind), str | list)]
        if len(kinds) != 1:
            self.errors.append(self.document.error(path, "a test has one of `steps`, `acl`, `expand`, `route` and `submit`"))
        elif kinds == ["steps"] and "expect" in data:
            what = "the steps of a session have `expect`, each its own"
            self.errors.append(self.document.error((*path, "expect"), what, key=True))
        for index, step in enumerate(data.get("steps") or []):
            if sum(kind in step for kind in STEP_KINDS) != 1:
                words = ", ".join(STEP_KINDS)
                self.errors.append(self.document.error((*path, "steps", index), f"a step does one of: {words}"))

    def convert(self, data: Any, type: Any, base: yaml.Path) -> Any:
        """The data as `type`; None, and more errors, where it is not of that form."""
        import msgspec

        known = len(self.errors)
        while True:
            try:
                result = msgspec.convert(data, type=type)
            except msgspec.ValidationError as error:
                what, _, where = str(error).partition(" - at ")
                path = path_of(where.strip("`"))
                unknown = _UNKNOWN.match(what)
                if unknown is not None:
                    path = (*path, unknown[1])
                self.errors.append(self.mistake(what, base + path, unknown is not None))
                data = without(data, path)
                if data is None:
                    return None
            else:
                return result if len(self.errors) == known else None

    def mistake(self, what: str, path: yaml.Path, unknown: bool) -> DocumentError:
        """What msgspec says, in the words of YAML, with its place."""
        if unknown:
            return self.document.error(path, f'there is no "{path[-1]}" here', key=True)
        for word, said in _WORDS.items():
            what = what.replace(f"`{word}`", said).replace(word, said)
        if what.startswith("Invalid enum value") and path[-1:] in (("verdict",), ("expect",)):
            what += f": a verdict is one of {', '.join(get_args(Verdict))}"
        return self.document.error(path, what.replace("`", ""))


def without(data: Any, path: yaml.Path) -> Any:
    """A copy of the data without what is wrong at `path`, to look for more; None where nothing can be left out."""
    data = copy.deepcopy(data)
    inner = data
    for part in path[:-1]:
        if isinstance(inner, dict) if isinstance(part, str) else isinstance(inner, list):
            inner = inner[part]
    if not path or not isinstance(inner, dict) or path[-1] not in inner:
        return None
    del inner[path[-1]]
    return data


def path_of(where: str) -> yaml.Path:
    """msgspec's path (`$.tests[0].client`) as keys and indices, as far as it goes: it does not name keys of tables."""
    path: list[str | int] = []
    for name, index, table in _PATH.findall(where):
        if table:
            break
        path.append(name or int(index or 0))
    return tuple(path)
