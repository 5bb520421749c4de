"""What came of a replay as a whole: counts that grow with the configuration, not with the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from exim_lang.records import dataclass, field
from exim_lang.replay.spec import Json

MOST = 1000
"""Different errors, or different reasons outside of ACLs, that are told apart; what comes after is one more."""
OTHERS = "(others)"


@dataclass(slots=True)
class Summary:
    """Counts of results. Summaries of parts are merged to that of the whole, in the order of the parts."""

    messages: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    deciding: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Phase, verdict and statement that decided what became of a message."""
    decisions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """The same for every decision on the way."""
    routers: Counter[str] = field(default_factory=Counter)
    transports: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    """Where parts of envelopes come from: "sender from Return-Path"."""
    errors: dict[tuple[str, str], Json] = field(default_factory=dict)
    failed: int = 0
    """Messages with an error."""
    changed: int = 0
    changes: dict[tuple[str, str, str], Json] = field(default_factory=dict)

    def add(self, result: Json) -> None:
        """Counts one result, in either form."""
        self.messages += 1
        self.verdicts[result["verdict"]] += 1
        errors = result.get("errors", [])
        if "changed" in result:
            change = result.get("change")
            if change is not None:
                self.changed += 1
                self._change(change, result)
                errors = result["new"]["errors"]
        if result.get("by"):
            count(self.deciding, (result["phase"], result["verdict"], result["by"]))
        for one in result.get("decisions", ()):
            count(self.decisions, (one["phase"], one["verdict"], one["by"]))
        for part, origin in result.get("origin", {}).items():
            self.origins[f"{part} from {origin}"] += 1
        for taken in result.get("taken", ()):
            for way in (way for route in taken.get("routes", ()) for way in route["to"]):
                self.routers[way["router"]] += 1
                self.transports[way["transport"]] += 1
        self.failed += bool(errors)
        for error in errors:
            self._error(error, result["name"])

    def _error(self, error: Json, name: str) -> None:
        kind = error["kind"]
        access = error.get("call", "").partition(" ")[0]
        what = f"{access} at {error.get('place', '?')}" if access else error["message"]
        if (kind, what) not in self.errors and len(self.errors) >= MOST:
            what = OTHERS
        known = self.errors.setdefault((kind, what), {"kind": kind, "count": 0, "example": {"name": name, **error}})
        known["count"] += 1

    def _change(self, change: Json, result: Json) -> None:
        key = change["what"], change["old"], change["new"]
        if key not in self.changes and len(self.changes) >= MOST:
            key = OTHERS, OTHERS, OTHERS
        new = result["new"]
        example = {"number": result["number"], "name": result["name"], "client": new["client"], "sender": new.get("sender", "")}
        example |= {name: change[name] for name in ("subject", "old_detail", "new_detail") if name in change}
        what, old, new_label = key
        known = self.changes.setdefault(key, {"what": what, "old": old, "new": new_label, "count": 0, "example": example})
        known["count"] += 1

    def merge(self, other: Summary) -> None:
        """Adds the counts of results that came later."""
        self.messages += other.messages
        self.failed += other.failed
        self.changed += other.changed
        self.verdicts.update(other.verdicts)
        self.routers.update(other.routers)
        self.transports.update(other.transports)
        self.origins.update(other.origins)
        for mine, theirs in ((self.deciding, other.deciding), (self.decisions, other.decisions)):
            for key, number in theirs.items():
                count(mine, key, number)
        for error_key, error in other.errors.items():
            kind, _ = error_key
            place = error_key if error_key in self.errors or len(self.errors) < MOST else (kind, OTHERS)
            self.errors.setdefault(place, error | {"count": 0})["count"] += error["count"]
        for key, change in other.changes.items():
            where = key if key in self.changes or len(self.changes) < MOST else (OTHERS, OTHERS, OTHERS)
            self.changes.setdefault(where, change | {"count": 0})["count"] += change["count"]

    @property
    def status(self) -> int:
        """The exit status: 1 where something changed, or a message could not be played to its end."""
        return 1 if self.failed or self.changed else 0

    def as_data(self, *, against: bool) -> Json:
        """As JSON data, most frequent first; `against`: two configurations were compared."""
        data: Json = {"messages": self.messages, "verdicts": dict(self.verdicts.most_common())}
        if against:
            data["changed"] = self.changed
            data["changes"] = frequent(self.changes.values())
        else:
            data["deciding"] = rows(self.deciding)
            data["decisions"] = rows(self.decisions)
            data["routers"] = dict(self.routers.most_common())
            data["transports"] = dict(self.transports.most_common())
            data["origins"] = dict(self.origins.most_common())
        return data | {"failed": self.failed, "errors": frequent(self.errors.values())}

    def lines(self, *, against: bool) -> list[str]:
        """As text."""
        verdicts = ", ".join(f"{number} {name}" for name, number in self.verdicts.most_common())
        lines = [f"{self.messages} messages: {verdicts or 'none'}"]
        if against:
            lines += self._change_lines()
        else:
            for title, counts in (("decided by", self.deciding), ("all decisions", self.decisions)):
                lines += [f"{title}:"] if counts else []
                lines += [f"  {n:8}  {phase} {verdict}: {by}" for (phase, verdict, by), n in ordered(counts)]
            for title, names in (("routers", self.routers), ("transports", self.transports)):
                lines += [f"{title}:"] if names else []
                lines += [f"  {n:8}  {name or '-'}" for name, n in names.most_common()]
        if self.errors:
            lines.append(f"{self.failed} messages with errors:")
        for error in frequent(self.errors.values()):
            example = error["example"]
            place = f"{example['place']}: " if "place" in example else ""
            lines.append(f"  {error['count']:8}  {error['kind']}: {place}{example['message']} ({example['name']})")
            if example.get("stub"):
                lines.append(f"            for a fixture file (--fixtures FILE): {example['stub']}")
        return lines

    def _change_lines(self) -> list[str]:
        lines = [f"{self.changed} changed"]
        for change in frequent(self.changes.values()):
            example = change["example"]
            messages = "1 message" if change["count"] == 1 else f"{change['count']} messages"
            lines.append(f"{messages}, {change['what']}:")
            lines += [f"  - {change['old']}", f"  + {change['new']}"]
            about = f", {example['subject']}" if "subject" in example else ""
            lines.append(f"    {example['name']} from <{example['sender']}> at {example['client']['host']}{about}")
            details = (("-", "old_detail"), ("+", "new_detail"))
            lines += [f"    {mark} {example[key]}" for mark, key in details if example.get(key)]
        return lines


def count(counts: Counter[tuple[str, str, str]], key: tuple[str, str, str], number: int = 1) -> None:
    """Counts a decision; reasons that no configuration has (they quote clients) do not grow without end."""
    if key not in counts and len(counts) >= MOST:
        key = key[0], key[1], OTHERS
    counts[key] += number


def ordered(counts: Counter[tuple[str, str, str]]) -> list[tuple[tuple[str, str, str], int]]:
    """Most frequent first, then by name: the same whatever came first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def rows(counts: Counter[tuple[str, str, str]]) -> list[Json]:
    """Counted decisions as JSON data."""
    return [{"phase": phase, "verdict": verdict, "by": by, "count": n} for (phase, verdict, by), n in ordered(counts)]


def frequent(groups: Iterable[Json]) -> list[Json]:
    """Groups, those with most members first."""
    return sorted(groups, key=lambda one: -one["count"])
