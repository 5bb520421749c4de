"""A configuration's data as text for people: what is set on the left, where it came from on the right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_DIM, _BOLD, _PLAIN = "\033[2m", "\033[1m", "\033[0m"
COLUMN = 56
LONGEST = 200


def render(data: dict[str, Any], *, colour: bool = False) -> str:
    """The text for `data`, as `describe` gives it; parts that are missing are left out."""
    lines = []
    for left, right in _rows(data):
        if not right:
            lines.append(f"{_BOLD}{left}{_PLAIN}" if colour and left and not left.startswith(" ") else left)
            continue
        gap = " " * max(2, COLUMN - len(left))
        lines.append(f"{left}{gap}{_DIM}{right}{_PLAIN}" if colour else f"{left}{gap}{right}")
    return "\n".join(lines) + "\n"


def _rows(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield f"{data['file']} as Exim {data['exim_version']} ({data['build']}) reads it", ""
    if data.get("macros"):
        yield from _title("macros")
        for name, macro in data["macros"].items():
            where = ", ".join(_place(item) for item in macro["definitions"]) or "command line"
            yield f"  {name} = {_short(macro['value'])}", where + ("" if macro["used"] else "  (not used)")
    if data.get("main"):
        yield from _title("main options")
        yield from _options(data["main"], "  ")
    for kind, lists in data.get("lists", {}).items():
        if lists:
            yield from _title(f"{kind} lists")
            for name, item in lists.items():
                yield f"  {name} = {_short(item['value'])}", _place(item["place"])
    if data.get("acls"):
        yield from _title("ACLs")
        for name, acl in data["acls"].items():
            count = acl["statements"]
            yield f"  {name}: {count} statement{'' if count == 1 else 's'}", _place(acl["place"])
    for kind in ("routers", "transports", "authenticators"):
        if data.get(kind):
            yield from _title(kind)
            for driver in data[kind]:
                yield f"  {driver['name']}:", _place(driver["place"])
                yield from _options(driver["options"], "    ")
    if data.get("rewrite"):
        yield from _title("rewrite rules")
        for rule in data["rewrite"]:
            yield f"  {rule['pattern']}  {rule['replacement']}  {rule['flags']}".rstrip(), _place(rule["place"])
    if data.get("retry"):
        yield from _title("retry rules")
        for rule in data["retry"]:
            yield f"  {rule['pattern']}  {rule['error']}  {_steps(rule)}".rstrip(), _place(rule["place"])


def _title(name: str) -> Iterator[tuple[str, str]]:
    yield "", ""
    yield name, ""


def _options(options: dict[str, Any], margin: str) -> Iterator[tuple[str, str]]:
    for name, option in options.items():
        where = _place(option["place"]) if option["set"] else "default"
        yield f"{margin}{name} = {_short(_value(option['value']))}".rstrip(), where


def _value(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return " : ".join(str(item) for item in value)
        case _:
            return str(value)


def _steps(rule: dict[str, Any]) -> str:
    from exim_lang.model.values import format_time

    steps = []
    for step in rule["steps"]:
        factor = "" if step["letter"] == "F" else f",{step['factor']:g}"
        steps.append(f"{step['letter']},{format_time(step['limit'])},{format_time(step['interval'])}{factor}")
    senders = f"senders={rule['senders']} " if rule["senders"] is not None else ""
    return senders + "; ".join(steps)


def _place(where: dict[str, Any]) -> str:
    through = f"  through {' > '.join(where['macros'])}" if where["macros"] else ""
    return f"{where['file']}:{where['line']}:{where['column']}{through}"


def _short(value: str) -> str:
    return value if len(value) <= LONGEST else value[: LONGEST - 3] + "..."
