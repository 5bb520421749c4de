"""Runs the tests of a scenario file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import UNSET

from exim_lang.acl.find import names_of
from exim_lang.acl.run import run_acl
from exim_lang.errors import ClosedWorld, Deferred, EximLangError, ExpansionError, ForcedFailure, UsageError
from exim_lang.expand.engine import expand
from exim_lang.expand.headers import split_headers
from exim_lang.expand.state import Address, Header
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text, load_config
from exim_lang.records import replace
from exim_lang.route.scope import routed_scope
from exim_lang.scenario.answers import Answers, Fault, merged, open_world, paste
from exim_lang.scenario.client import Outcome, Speaker, describe_client, kind_of, last_reply, sent, shown, variables_of
from exim_lang.scenario.expect import differences
from exim_lang.scenario.explain import explain
from exim_lang.scenario.results import Failure, Result
from exim_lang.scenario.routes import asks_transports, delivery_differences, route
from exim_lang.scenario.schema import Client, DkimSign, Expectation, Message, Remote, Step
from exim_lang.scenario.schema import Fixtures as Written
from exim_lang.source.text import Text
from exim_lang.syntax.acl import parse_inline
from exim_lang.syntax.acl_names import PHASES
from exim_lang.taint import taint
from exim_lang.transport.events import DELIVERED, Happening

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope, Watch
    from exim_lang.model.config import Config
    from exim_lang.scenario.load import Case, Suite

UNCHECKED = ("send", "pipeline", "part", "stop", "rset", "quit", "lose", "wait")
"""Steps of which nothing is expected that does not say so."""
GIVEN = "given-here"
"""What an ACL is called that stands in the scenario file."""
_VERDICTS = ("accept", "deny", "defer", "drop", "discard", "error")


class Runner:
    """Runs the tests of one file. `watch` makes what is told of a configuration's work, for its coverage."""

    def __init__(self, suite: Suite, watch: Callable[[Config], Watch] | None = None) -> None:
        self.suite = suite
        self.watch = watch
        self.configs: dict[tuple[tuple[str, str], ...], Config] = {}
        self.watches: dict[int, Watch] = {}

    def run(self, case: Case, fault: Fault | None = None) -> Result:
        """Runs one test; with a `fault`, with that backend down."""
        result = Result(str(self.suite.path), case.line, case.name, sorted(case.tags), "passed")
        started = time.perf_counter()
        running = _Running(self, case, result, fault)
        try:
            running.run()
        except ClosedWorld as error:
            running.fail(str(error), stub=paste(error), place=error)
        except EximLangError as error:
            running.fail(str(error), place=error)
        finally:
            result.seconds = time.perf_counter() - started
            result.asked = sorted(running.asked)
        if result.failures and result.outcome == "passed":
            result.outcome = "failed"
        return result

    def config(self, macros: dict[str, str]) -> Config:
        """The configuration with these macros; raises UsageError, with its place, for one that Exim would refuse."""
        common = self.suite.common
        wanted = {**common.macros, **macros}
        key = tuple(sorted(wanted.items()))
        if key not in self.configs:
            dialect = dialect_for(common.exim)
            values = {name: sent(value).decode("latin-1") for name, value in wanted.items()}
            root = self.root()
            if common.configuration:
                path = os.path.normpath(self.suite.folder / common.configuration)
                config = load_config(path, macros=values, dialect=dialect, root=root)
            else:
                name = str(self.suite.path)
                text = "\n" * self.suite.text_line + sent(common.configuration_text).decode("latin-1")
                config = config_from_text(text, name, macros=values, dialect=dialect, root=root)
            fatal = config.fatal
            if fatal is not None:
                raise UsageError(f"{fatal.place}: {' '.join(fatal.message.split())}")
            self.configs[key] = config
        return self.configs[key]

    def root(self) -> str:
        return str((self.suite.folder / self.suite.common.root).resolve()) if self.suite.common.root else ""

    def watch_of(self, config: Config) -> Watch | None:
        if self.watch is None:
            return None
        if id(config) not in self.watches:
            self.watches[id(config)] = self.watch(config)
        return self.watches[id(config)]


class _Running:
    """One test while it runs."""

    def __init__(self, runner: Runner, case: Case, result: Result, fault: Fault | None) -> None:
        self.runner = runner
        self.case = case
        self.scenario = case.scenario
        self.result = result
        self.fault = fault
        self.step, self.line = "", case.line
        self.asked: set[str] = set()

    def run(self) -> None:
        scenario = self.scenario
        scope = self.scope()
        if isinstance(scenario.steps, list):
            self.session(scope, scenario.steps)
        elif isinstance(scenario.acl, str):
            self.unit(scope, self.acl(scope, scenario.acl))
        elif isinstance(scenario.expand, str):
            self.unit(scope, self.expand(scope, scenario.expand))
        elif isinstance(scenario.route, str):
            self.fill(scope)
            written = scenario.expect.deliveries if isinstance(scenario.expect, Expectation) else UNSET
            remote = scenario.remote
            happening = DELIVERED
            if isinstance(remote, Remote):
                happening = Happening(remote.outcome, sent(remote.confirmation), remote.errno, remote.error)
            transports = isinstance(remote, Remote) or (isinstance(written, list) and asks_transports(written))
            self.unit(scope, route(scope, sent(scenario.route), transports=transports, happening=happening))
        elif isinstance(scenario.submit, list):
            from exim_lang.scenario.submission import submitted

            content = self.messages().get(scenario.message, sent(scenario.message))
            sender = scenario.sender if isinstance(scenario.sender, str) else None
            self.unit(scope, submitted(scope, scenario.submit, sender, content))

    def scope(self) -> Scope:
        """A fresh scope in a fresh world."""
        suite, scenario = self.runner.suite, self.scenario
        config = self.runner.config(scenario.macros)
        root = self.runner.root()
        written = merged(self.keys(), suite.common.fixtures, scenario.fixtures)
        world = open_world(written, root=Path(root) if root else None, fault=self.fault)
        if isinstance(world.fixtures, Answers):
            self.asked = world.fixtures.asked
        scope = routed_scope(config, world)
        scope.watch = self.runner.watch_of(config)
        for name, value in scenario.variables.items():
            scope.variables[name] = sent(str(value))
        return scope

    @property
    def client(self) -> Client:
        own = self.scenario.client
        return own if isinstance(own, Client) else self.runner.suite.common.client

    @property
    def written_messages(self) -> dict[str, Message]:
        return {**self.runner.suite.common.messages, **self.scenario.messages}

    def keys(self) -> Written:
        """The public keys of the messages that are signed."""
        signers = [one.dkim_sign for one in self.written_messages.values() if isinstance(one.dkim_sign, DkimSign)]
        if not signers:
            return Written()
        from exim_lang.scenario.signing import published

        return Written(dns={name: records for sign in signers for name, records in published(sign).items()})

    def messages(self) -> dict[str, bytes]:
        """The messages by name; raises UsageError for a file that cannot be read."""
        found = {}
        for name, message in self.written_messages.items():
            if message.file:
                path = self.runner.suite.folder / message.file
                try:
                    found[name] = path.read_bytes()
                except OSError as error:
                    raise UsageError(f"message {name}: {path}: {error.strerror}") from error
            else:
                found[name] = sent(message.text)
            if isinstance(message.dkim_sign, DkimSign):
                from exim_lang.scenario.signing import signed

                found[name] = signed(found[name], message.dkim_sign)
        return found

    # -- a session

    def session(self, scope: Scope, steps: list[Step]) -> None:
        speaker = Speaker(scope, self.client, self.messages())
        for index, step in enumerate(steps):
            self.step, self.line = f"step {index + 1}", self.case.step_lines[index]
            expected = expectation_of(step)
            for before in speaker.prepare(step):
                self.note(before)
                if before.verdict not in ("accept", ""):
                    self.compare(f"before step {index + 1}: {before.step}", Expectation(verdict="accept"), before)
                    return
            self.step = f"step {index + 1}: {speaker.told(step)}"
            outcome = speaker.perform(step, list(expected.variables))
            self.note(outcome)
            if not self.compare(self.step, expected, outcome):
                return
        self.step = "QUIT at the end"
        speaker.finish()

    def note(self, outcome: Outcome) -> None:
        """Remembers what came of a step."""
        self.result.outcomes.append(outcome.verdict)
        value = "" if outcome.value is None else f'"{outcome.value}"'
        words = [outcome.verdict or value or "nothing", outcome.code, "at", outcome.step]
        self.result.fates.append(" ".join(word for word in words if word))

    # -- units

    def acl(self, scope: Scope, acl: str) -> Outcome:
        """Runs one ACL."""
        scenario = self.scenario
        if scenario.phase not in PHASES:
            raise UsageError(f'phase: "{scenario.phase}" is none of {", ".join(sorted(PHASES))}')
        self.fill(scope)
        text = sent(acl).decode("latin-1")
        wanted = Text.literal(text, str(self.runner.suite.path))
        if text not in scope.config.acls:
            # statements, as in the section for ACLs; as the value of an option they would be expanded first
            given, problems = parse_inline(wanted, names_of(scope), exim_file=str(self.runner.suite.path))
            if problems:
                raise UsageError(f"acl: {problems[0].message}")
            scope.config = replace(scope.config, acls={**scope.config.acls, GIVEN: replace(given, name=GIVEN)})
            wanted = Text.literal(GIVEN)
        arguments = [sent(argument) for argument in scenario.arguments]
        verdict = run_acl(scope, scenario.phase, wanted, arguments)
        reply = last_reply(b"550 " + (verdict.user_message or b"")) if verdict.verdict != "accept" else ("", "")
        code, message = reply
        if verdict.user_message and verdict.user_message[:3].isdigit() and verdict.user_message[3:4] == b" ":
            code, message = last_reply(verdict.user_message)
        elif verdict.verdict in ("defer", "error"):
            code = "451"
        outcome = Outcome(f"acl {acl.splitlines()[0]}", verdict.verdict, code, message, verdict, scenario.phase)
        outcome.headers = [*(scope.message.headers or []), *(Header(added.text) for added in scope.message.added_headers)]
        return outcome

    def expand(self, scope: Scope, string: str) -> Outcome:
        """Expands one string."""
        self.fill(scope)
        outcome = Outcome(f"expand {string}")
        try:
            outcome.value = shown(expand(sent(string).decode("latin-1"), scope))
        except ExpansionError as error:
            outcome.error = error.message.encode("latin-1", "replace").decode("utf-8", "backslashreplace")
            outcome.verdict = "defer" if isinstance(error, Deferred) else "error"
            if isinstance(error, ForcedFailure):
                outcome.reason = "forced failure"
        return outcome

    def fill(self, scope: Scope) -> None:
        """Puts client, envelope and message where units see them."""
        scenario, client = self.scenario, self.client
        describe_client(scope, client)
        connection, message = scope.connection, scope.message
        connection.helo_name = taint(sent(client.helo))
        if client.auth:
            names = scope.config.authenticators
            connection.authenticated_by = names[0].name.encode("latin-1") if names else b"stated"
            connection.authenticated_id = taint(sent(client.auth))
        if isinstance(scenario.sender, str):
            message.sender = taint(sent(scenario.sender))
        if isinstance(scenario.recipient, str):
            recipient = taint(sent(scenario.recipient))
            local_part, _, domain = recipient.rpartition(b"@")
            scope.address = Address(taint(local_part.lower()), taint(domain.lower()), caseful_local_part=taint(local_part))
            message.recipients = [recipient]
        if scenario.message:
            content = self.messages().get(scenario.message, sent(scenario.message)).replace(b"\r\n", b"\n")
            message.headers, message.body = split_headers(content)
            message.size, message.received = len(content), True

    def unit(self, scope: Scope, outcome: Outcome) -> None:
        self.step = outcome.step
        written = self.scenario.expect
        if isinstance(written, Expectation):
            expected = written
        elif isinstance(written, str):
            if isinstance(self.scenario.expand, str):
                expected = Expectation(value=written)
            elif written in _VERDICTS:
                expected = Expectation(verdict=written)  # type: ignore[arg-type]  # checked a line above
            else:
                raise UsageError(f'expect: "{written}" is no verdict: {", ".join(_VERDICTS)}')
        else:
            expected = Expectation() if isinstance(self.scenario.expand, str) else Expectation(verdict="accept")
        outcome.variables = variables_of(scope, list(expected.variables))
        outcome.log = list(dict.fromkeys(line for _, line in scope.log))
        self.note(outcome)
        if outcome.error is not None and expected.error is UNSET and expected.verdict is UNSET:
            self.fail(f"the expansion failed: {outcome.error}")
            return
        self.compare(outcome.step, expected, outcome)

    # -- failures

    def compare(self, step: str, expected: Expectation, outcome: Outcome) -> bool:
        """Notes what is otherwise than expected; False when going on makes no sense."""
        found = differences(expected, outcome)
        if isinstance(expected.deliveries, list):
            found += delivery_differences(expected.deliveries, outcome.deliveries)
        if not found:
            return True
        wanted = expected.verdict if isinstance(expected.verdict, str) else ""
        reply = f"{outcome.code} {outcome.text}".strip()
        explanation = [f"reply: {reply}"] if reply and all(one.what not in ("code", "message") for one in found) else []
        self.result.failures.append(Failure(step, self.line, found, "", explanation + explain(outcome, wanted)))
        return not any(one.what == "verdict" for one in found)

    def fail(self, reason: str, stub: str = "", place: EximLangError | None = None) -> None:
        """Notes that the test could not be run to its end."""
        where = f"{place.place}: " if place is not None and place.place is not None else ""
        self.result.failures.append(Failure(self.step, self.line, [], where + reason, [], stub))
        self.result.outcome = "failed" if stub or place is None else "error"


def expectation_of(step: Step) -> Expectation:
    """What is expected of a step; one that does not say so must be accepted, when it can be refused at all."""
    match step.expect:
        case Expectation() as expected:
            return expected
        case str(verdict):
            return Expectation(verdict=verdict)
        case _:
            return Expectation() if kind_of(step) in UNCHECKED else Expectation(verdict="accept")
