"""Plays one item of a corpus through a configuration, and tells what came of it as JSON data (docs/replay.md)."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from exim_lang.errors import ClosedWorld, EximLangError, UsageError
from exim_lang.expand.headers import split_headers
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import load_config
from exim_lang.replay.call import Call, Caller, hold, read_call
from exim_lang.replay.compare import change_between
from exim_lang.replay.corpus import Item, readable
from exim_lang.replay.spec import Json, Spec
from exim_lang.route.scope import routed_scope
from exim_lang.route.verify import Report, follow
from exim_lang.scenario.client import chosen, last_reply, shown, verdict_of
from exim_lang.scenario.routes import delivery, simulated
from exim_lang.smtp.events import Decision, Taken
from exim_lang.taint import taint
from exim_lang.transport.simulate import simulate
from exim_lang.world.opening import open_world

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.expand.state import Message
    from exim_lang.model.config import Config

UNDECIDING = ("QUIT", "NOTQUIT")
SEED = 1


def sound(path: str, spec: Spec) -> Config:
    """The configuration at a path; raises UsageError for one that Exim would refuse."""
    config = load_config(path, macros=dict(spec.macros), dialect=dialect_for(spec.version), root=spec.root)
    if config.fatal is not None:
        raise UsageError(f"{config.fatal.place}: {' '.join(config.fatal.message.split())}")
    return config


class Player:
    """Plays items through the configuration, or the two, of a replay."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.given = spec.envelope
        self.config = sound(spec.config, spec)
        self.old = sound(spec.against, spec) if spec.against else None
        self.world = open_world(
            dns=spec.dns,
            allow=spec.allow,
            root=spec.root,
            fixtures=spec.fixtures or None,
            record=spec.record,
            strict_quoting=spec.strict_quoting,
            now=spec.clock,
            seed=SEED,
        )
        self.places: dict[int, str] = {}
        # statements of ACLs that are strings or files are made anew for each run: their id would say nothing
        acls = [acl for config in (self.config, self.old) if config is not None for acl in config.acls.values()]
        self.lasting = {id(statement) for acl in acls for statement in acl.statements}

    def play(self, number: int, item: Item) -> Json:
        """What came of one item; with two configurations, only what differs. Never raises for what an item does."""
        result: Json = {"number": number, "name": item.name}
        try:
            call = read_call(item, self.given)
        except OSError as error:
            return result | unplayed("unreadable", f"{readable(item.path)}: {error.strerror}")
        except UsageError as error:
            return result | unplayed("unreadable", error.message)
        except Exception as error:
            return result | unplayed("internal", told(error))
        result["name"] = call.name or item.name
        new = self.through(self.config, call)
        if self.old is None:
            return result | new
        old = self.through(self.old, call)
        change = change_between(old, new)
        result |= {"verdict": new["verdict"], "changed": change is not None}
        if change is not None:
            result |= {"change": change, "old": old, "new": new}
        elif new["errors"]:
            result["errors"] = new["errors"]
        return result

    def through(self, config: Config, call: Call) -> Json:
        """What a configuration does with a call."""
        self.world.restart(self.spec.clock, SEED)
        scope = routed_scope(config, self.world)
        envelope = call.envelope
        result: Json = {"verdict": "error", "phase": "", "by": "", "reply": ""}
        result["client"] = {"host": envelope.host, "helo": shown(envelope.helo)}
        if call.lines is None:
            result["sender"] = shown(envelope.sender)
            result["recipients"] = [shown(address) for address in envelope.recipients]
        result["origin"] = envelope.origin
        result["decisions"], result["taken"], result["errors"] = [], [], []
        if call.lines is None and not envelope.recipients:
            result["errors"].append({"kind": "unreadable", "message": "the message does not say for whom it is"})
            return result
        caller: Caller | None = None
        try:
            caller = hold(scope, call)
        except EximLangError as error:
            result["errors"].append(trouble(error))
        except Exception as error:
            result["errors"].append({"kind": "internal", "message": told(error)})
        else:
            self.fill(result, caller, call)
        return result

    def fill(self, result: Json, caller: Caller, call: Call) -> None:
        """Tells of a conversation that came to its end."""
        decisions = [one for one in caller.events if isinstance(one, Decision) and one.phase not in UNDECIDING]
        result["decisions"] = [self.decision(one) for one in decisions]
        result["verdict"] = overall(decisions, [taken for taken, _ in caller.messages])
        if decisions:
            best = self.decision(decisions[-1] if caller.messages else chosen(decisions))
            result |= {"phase": best["phase"], "by": best["by"], "reply": best["reply"]}
        if caller.notes:
            result["notes"] = list(caller.notes)
        for taken, message in caller.messages:
            known = changed_headers(taken, call.message) if call.lines is None else {}
            data: Json = {"sender": shown(taken.sender), "recipients": [shown(one) for one in taken.recipients], **known}
            if taken.fake:
                data["fake"] = taken.fake
            result["taken"].append(data)
            if self.spec.routes:
                data["routes"] = self.routes(caller.scope, taken, message, data, result["errors"])

    def decision(self, one: Decision) -> Json:
        """A decision as results have it."""
        code, text = last_reply(one.reply)
        return {
            "phase": one.phase or "command",
            "subject": shown(one.subject),
            "verdict": verdict_of(one),
            "by": self.by(one),
            "reply": f"{code} {text}".strip(),
        }

    def by(self, one: Decision) -> str:
        """The statement that decided, with its place, or what else did."""
        if one.acl is None:
            return one.reason or "no ACL"
        statement = one.acl.decided_by
        if statement is None:
            return "end of the ACL: implicit deny" if one.acl.verdict == "deny" else f"the ACL: {one.acl.verdict}"
        place = self.places.get(id(statement))
        if place is None:
            place = f"{statement.verb} at {statement.place}"
            if id(statement) in self.lasting:
                self.places[id(statement)] = place
        return place

    def routes(self, scope: Scope, taken: Taken, message: Message, data: Json, errors: list[Json]) -> list[Json]:
        """Where the recipients of a message go; with transports, `data` gets what they would do with it."""
        message.sender, message.recipients = taint(taken.sender), list(taken.recipients)
        scope.message, scope.address = message, None
        found, reports = [], []
        for address in taken.recipients:
            try:
                report = follow(scope, taint(address), "deliver", full=True)
            except EximLangError as error:
                errors.append(trouble(error) | {"at": f"route {shown(address)}"})
            except Exception as error:
                errors.append({"kind": "internal", "message": told(error), "at": f"route {shown(address)}"})
            else:
                reports.append(report)
                found.append(route_data(address, report))
        if self.spec.transports:
            try:
                data["deliveries"] = [one for run in simulate(scope, reports) for one in simulated(run)]
            except EximLangError as error:
                errors.append(trouble(error) | {"at": "transports"})
            except Exception as error:
                errors.append({"kind": "internal", "message": told(error), "at": "transports"})
        return found


def route_data(address: bytes, report: Report) -> Json:
    """One recipient's way, as results have it."""
    ways = [delivery(one) for one in (*report.chains.local, *report.chains.remote)]
    ways += [delivery(one) for one, how in report.events if how == "ok"]
    status = "discard" if report.status == "ok" and report.discarded else report.status
    data: Json = {"address": shown(address), "status": status, "to": ways}
    failed = next((shown(one.message) for one, how in report.events if how != "ok" and one.message), "")
    return data | {"message": failed} if failed else data


def overall(decisions: list[Decision], taken: list[Taken]) -> str:
    """The verdict on an item: "partial" where a message was taken, and not for everybody; "none" where nothing was decided."""
    if taken:
        if not any(one.recipients for one in taken):
            return "discard"
        refused = any(not one.accepted for one in decisions)
        return "partial" if refused and not any(one.fake for one in taken) else "accept"
    return verdict_of(chosen(decisions)) if decisions else "none"


def changed_headers(taken: Taken, message: bytes) -> Json:
    """Header lines that the message has now and had not, and the other way; Exim's own Received: line is not counted."""
    before = [one.text for one in split_headers(message.replace(b"\r\n", b"\n"))[0]]
    after = [one.text for one in taken.headers]
    known, left = set(before), set(after)
    added = [shown(text).rstrip("\n") for text in after if text not in known and not text.startswith(b"Received:")]
    removed = [shown(text).rstrip("\n") for text in before if text not in left]
    return {name: lines for name, lines in (("headers_added", added), ("headers_removed", removed)) if lines}


def trouble(error: EximLangError) -> Json:
    """An error as results have it: what was asked and not answered, or what Exim would not go on with either."""
    data: Json = {"kind": "unanswered" if isinstance(error, ClosedWorld) else "failed"}
    data["message"] = error.message.encode("latin-1", "replace").decode("utf-8", "backslashreplace")
    if error.place is not None:
        data["place"] = str(error.place)
    if isinstance(error, ClosedWorld) and error.call:
        data["call"] = shown(error.call.encode("utf-8", "surrogateescape"))
        data["stub"] = error.stub
    return data


def unplayed(kind: str, message: str) -> Json:
    """The result of an item that could not be played at all."""
    return {"verdict": "error", "errors": [{"kind": kind, "message": message}]}


def told(error: BaseException) -> str:
    """An error of this program in one line, with the place in it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename.rpartition('exim_lang/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {error}{where}".encode("utf-8", "backslashreplace").decode()
