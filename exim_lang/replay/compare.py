"""What two configurations make of the same item: the first thing that differs, and who decided it."""

from __future__ import annotations

from exim_lang.replay.spec import Json

NOTHING: Json = {}


def change_between(old: Json, new: Json) -> Json | None:
    """The first difference that somebody outside would notice; None without any.

    `what` is "verdict", "error", "reply" (the words a client is refused with), "route", "delivery" or "headers"; `old` and
    `new` say who decided: a statement, a router with its transport. A statement that only moved is no difference.
    """
    return (
        _decisions(old, new, ("phase", "subject", "verdict"), "verdict", refused_only=False)
        or _errors(old, new)
        or _decisions(old, new, ("phase", "subject", "reply"), "reply", refused_only=True)
        or _taken(old, new)
    )


def _decisions(old: Json, new: Json, parts: tuple[str, ...], what: str, *, refused_only: bool) -> Json | None:
    """The first decision of which one of `parts` differs, or that only one of them came to."""
    olds, news = old["decisions"], new["decisions"]
    for number in range(max(len(olds), len(news))):
        one = olds[number] if number < len(olds) else NOTHING
        other = news[number] if number < len(news) else NOTHING
        if refused_only and one.get("verdict") in ("accept", "discard"):
            continue
        if any(one.get(part) != other.get(part) for part in parts):
            about = (other or one)["subject"]
            return _change(what, label(one), label(other), one.get("reply", ""), other.get("reply", ""), about)
    return None


def label(decision: Json) -> str:
    """A decision as a group of changes shows it."""
    if not decision:
        return "(not reached)"
    return f"{decision['phase']} {decision['verdict']}: {decision['by']}"


def _errors(old: Json, new: Json) -> Json | None:
    befores, afters = ([(one["kind"], one["message"]) for one in result["errors"]] for result in (old, new))
    if befores == afters:
        return None
    before = next((one for one in befores if one not in afters), None)
    after = next((one for one in afters if one not in befores), None)
    first, second = (f"error: {one[0]}" if one else "(no error)" for one in (before, after))
    return _change("error", first, second, before[1] if before else "", after[1] if after else "", "")


def _taken(old: Json, new: Json) -> Json | None:
    for one, other in zip(old["taken"], new["taken"], strict=False):
        for part, what in (("routes", "route"), ("deliveries", "delivery")):
            found = _ways(one.get(part, []), other.get(part, []), what)
            if found is not None:
                return found
        for part in ("sender", "recipients", "fake", "headers_added", "headers_removed"):
            before, after = one.get(part), other.get(part)
            if before != after:
                return _change("headers" if "headers" in part else part, old["by"], new["by"], _text(before), _text(after), "")
    return None


def _ways(olds: list[Json], news: list[Json], what: str) -> Json | None:
    for number in range(max(len(olds), len(news))):
        one = olds[number] if number < len(olds) else NOTHING
        other = news[number] if number < len(news) else NOTHING
        if one != other:
            return _change(what, way(one), way(other), told(one), told(other), (other or one)["address"])
    return None


def way(one: Json) -> str:
    """Router and transport of a recipient's way, or of a delivery."""
    if not one:
        return "(nothing)"
    ways = one.get("to", [one])
    names = dict.fromkeys(f"R={part.get('router') or '-'} T={part.get('transport') or '-'}" for part in ways)
    return " ".join(names) or f"{one.get('status')}: {one.get('message', 'no delivery')}"


def told(one: Json) -> str:
    """A recipient's way, or a delivery, with all that is known of it."""
    ways = one.get("to")
    if ways is None:
        return _text(one)
    words = [" ".join([way["address"], f"R={way['router']}", f"T={way['transport']}", *way["hosts"]]) for way in ways]
    return ", ".join(words) or f"{one['status']} {one.get('message', '')}".strip()


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case dict():
            return ", ".join(f"{name}={_text(part)}" for name, part in value.items() if part)
        case list():
            return "; ".join(_text(part) for part in value)
        case _:
            return str(value)


def _change(what: str, old: str, new: str, old_detail: str, new_detail: str, subject: str) -> Json:
    data: Json = {"what": what, "old": old, "new": new, "old_detail": old_detail, "new_detail": new_detail}
    return data | {"subject": subject} if subject else data
