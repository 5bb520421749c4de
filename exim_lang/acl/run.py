"""Running access control lists (specification chapter 44)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from exim_lang.acl import facts, log
from exim_lang.acl.check import AclError, Check, Messages
from exim_lang.acl.find import Found, find_acl, known_by_name
from exim_lang.acl.phases import MESSAGE_PHASES, spoken
from exim_lang.acl.prepared import PreparedItem, PreparedStatement
from exim_lang.acl.trace import deeper, say, say_unindented
from exim_lang.acl.verdict import Outcome, Result, Step, Verdict, Watched
from exim_lang.acl.warning import warn
from exim_lang.errors import ClosedWorld, Deferred, ExpansionError, ForcedFailure, UsageError
from exim_lang.expand.engine import expand
from exim_lang.search.registry import SearchDeferred, SearchOpenError
from exim_lang.source.text import Text
from exim_lang.syntax.acl_names import PHASES
from exim_lang.syntax.acl_nodes import Condition, Modifier, Statement, Verb

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

DEEPEST = 20
"""ACLs may be nested so deep; the limit catches loops."""

_OUTCOMES: dict[Result, Outcome] = {
    "ok": "accept", "fail": "deny", "defer": "defer", "discard": "discard", "drop": "drop", "error": "error"
}  # fmt: skip

_MESSAGES_FOR: dict[Verb, frozenset[Result]] = {
    "accept": frozenset({"ok", "fail", "drop"}),
    "defer": frozenset({"ok"}),
    "deny": frozenset({"ok"}),
    "discard": frozenset({"ok", "fail", "drop"}),
    "drop": frozenset({"ok"}),
    "require": frozenset({"fail", "drop"}),
    "warn": frozenset({"ok"}),
}
"""The results of a statement for which its `message` and `log_message` are used."""


def run_acl(scope: Scope, where: str, acl: Text | bytes | None, arguments: Sequence[bytes] = ()) -> Verdict:
    """Runs `acl`, the unexpanded value of an option such as `acl_smtp_rcpt`, in the phase `where`.

    `where` is one of `exim_lang.acl.phases.PHASES`: "CONNECT", "HELO", "MAIL", "RCPT", "PREDATA", "DATA", "NOTSMTP", ... The
    recipient of RCPT, VRFY and PRDR is `scope.address`. `arguments` become `$acl_arg1` ... An ACL that cannot be run is
    the verdict "error" with Exim's log message, never an exception; only what the closed world refuses (ClosedWorld) is raised.
    """
    if where not in PHASES:
        raise UsageError(f"there is no ACL phase {where!r}")
    runner = Runner(scope, where)
    outer = scope.where, scope.arguments, scope.acl_depth
    scope.where, scope.arguments, scope.acl_depth = where, tuple(arguments), 0
    facts.start(scope)
    try:
        result = runner.top(acl)
    finally:
        scope.where, scope.arguments, scope.acl_depth = outer
    scope.sender_address_data = None
    result = _permitted(scope, where, result)
    messages = runner.messages
    return Verdict(
        _OUTCOMES[result],
        messages.user,
        messages.log,
        runner.decided_by,
        runner.failed,
        runner.temporary_details,
        runner.reject_logs,
        runner.steps,
    )


def run_nested(scope: Scope, acl: bytes, arguments: Sequence[bytes]) -> tuple[str, bytes | None]:
    """What `${acl{name}{argument}...}` and the expansion condition `acl` run; goes into `scope.run_acl`."""
    runner = Runner(scope, scope.where if scope.where in PHASES else "")
    facts.start(scope)
    result = runner.nested(acl, arguments)
    return _OUTCOMES[result], runner.messages.user


def _permitted(scope: Scope, where: str, result: Result) -> Result:
    """The result, unless its verb has no business in this phase."""
    if result == "discard" and (where not in MESSAGE_PHASES or where == "PREDATA"):
        log.write(scope, ("main", "panic"), f'"discard" verb not allowed in {spoken(where)} ACL')
        return "error"
    if result == "drop" and where == "MAILAUTH":
        log.write(scope, ("main", "panic"), f'"drop" verb not allowed in {spoken(where)} ACL')
        return "error"
    return result


class Runner:
    """One run of an ACL with all those that it calls."""

    def __init__(self, scope: Scope, phase: str) -> None:
        self.scope = scope
        self.phase = phase
        self.messages = Messages()
        self.steps: list[Step] = [] if scope.watch is None else Watched(scope.watch.step)
        self.decided_by: Statement | None = None
        self.failed: Condition | Modifier | None = None
        self.temporary_details = False
        self.reject_logs: tuple[str, ...] = ("main", "reject")

    def top(self, acl: Text | bytes | None) -> Result:
        """Expands the option and runs what it names."""
        scope = self.scope
        if acl is None:
            say(scope, "ACL is NULL: implicit DENY")
            return "fail"
        found = known_by_name(scope, acl) if isinstance(acl, Text) and scope.debug is None else None
        if found is not None:
            return self._statements(found)
        try:
            value = self._expand(acl)
        except ForcedFailure:
            return "ok"
        except ExpansionError as error:
            self.messages.log = _failed_expansion(acl, error)
            return "error"
        return self._find_and_run(value, acl if isinstance(acl, Text) else None)

    def nested(self, acl: bytes, arguments: Sequence[bytes]) -> Result:
        """Runs the ACL that is named by, or is, the expanded string `acl`, one level down."""
        scope = self.scope
        outer = scope.arguments
        scope.arguments = tuple(arguments)
        scope.acl_depth += 1
        try:
            with deeper(scope):
                return self._find_and_run(acl)
        finally:
            scope.acl_depth -= 1
            scope.arguments = outer

    def _expand(self, text: Text | bytes) -> bytes:
        """The value of a string; what its expansion has to say is a level deeper."""
        if self.scope.debug is None:
            return expand(text, self.scope)
        with deeper(self.scope):
            return expand(text, self.scope)

    def _find_and_run(self, value: bytes, origin: Text | None = None) -> Result:
        if self.scope.acl_depth > DEEPEST:
            self.messages.log = b"ACL nested too deep: possible loop"
            return "error"
        try:
            found = find_acl(self.scope, value, origin)
        except AclError as error:
            self.messages.log = error.message.encode("latin-1") or None
            return "error"
        return self._statements(found)

    def _statements(self, found: Found) -> Result:
        """Runs the statements one after the other until one decides."""
        scope = self.scope
        messages = self.messages
        label = found.label
        if found.known_empty:
            return "fail"
        for prepared in found.statements:
            statement, verb = prepared.statement, prepared.verb
            messages.user = messages.log = None
            self.temporary_details = False
            if scope.debug is not None:
                say(scope, f'processing "{verb}" ({statement.exim_file} {statement.exim_line})')
            result, past_endpass = self._conditions(prepared, label)
            self.steps.append(Step(statement, label, result, None, scope.acl_depth))
            if scope.debug is not None:
                say(scope, f"{verb}: condition test {_HOW[result]} in {label}")
            if result == "fail" and not past_endpass and verb not in ("require", "warn"):
                continue  # what most statements come to
            decision: Result | None = result
            if result != "error" and (result != "defer" or verb == "warn"):
                decision = self._decision(statement, result, label, past_endpass)
            if decision is not None:
                self.decided_by = statement
                return decision
        say(scope, f"end of {label}: implicit DENY")
        self.decided_by = None
        self.failed = None
        return "fail"

    def _decision(self, statement: Statement, result: Result, label: str, past_endpass: bool) -> Result | None:
        """What the verb makes of the result of its conditions; None for "go on with the next statement"."""
        scope = self.scope
        verb = statement.verb
        match verb:
            case "accept" | "discard":
                if result in ("ok", "discard"):
                    say(scope, f"end of {label}: {verb.upper()}")
                    if verb == "accept":
                        return result
                    return self._final("discard", verb)
                if past_endpass:
                    say(scope, f"{verb}: endpass encountered - denying access")
                    return result
                return None
            case "defer":
                if result != "ok":
                    return None
                say(scope, f"end of {label}: DEFER")
                decided = self._final("defer", verb)
                self.temporary_details = decided == "defer"
                return decided
            case "deny" | "drop":
                if result != "ok":
                    return None
                say(scope, f"end of {label}: {verb.upper()}")
                return self._final("fail" if verb == "deny" else "drop", verb)
            case "require":
                if result == "ok":
                    return None
                say(scope, f"end of {label}: not OK")
                return self._final(result, verb)
            case "warn":
                warn(scope, self.phase, self.messages, deferred=result == "defer", holds=result == "ok")
                self.messages.user = self.messages.log = None
                return None
        assert_never(verb)

    def _final(self, result: Result, verb: Verb) -> Result:
        """A refusal, unless nobody can be refused any more."""
        if self.scope.acl_depth == 0 and self.phase in ("QUIT", "NOTQUIT"):
            wrong = f"QUIT or not-QUIT toplevel ACL may not fail ('{verb}' verb used incorrectly)"
            self.messages.log = wrong.encode("latin-1")
            return "error"
        return result

    def _conditions(self, statement: PreparedStatement, label: str) -> tuple[Result, bool]:
        """Tests the conditions and obeys the modifiers until a condition fails; also says whether `endpass` was passed."""
        scope = self.scope
        user_message: Text | None = None
        log_message: Text | None = None
        past_endpass = False
        result: Result = "ok"
        self.failed = None
        for item in statement.items:
            match item.role:
                case "test":
                    result, stop = self._one(item, statement.verb, label)
                    if stop:
                        # an error in what was asked for: no message of the statement is looked at
                        self.failed = item.node
                        return result, past_endpass
                    if result != "ok":
                        self.failed = item.node
                        break
                case "message":
                    user_message = item.node.argument
                    if scope.debug is not None:
                        say(scope, f"  message: {user_message}")
                case "log_message":
                    log_message = item.node.argument
                    if scope.debug is not None:
                        say(scope, f"l_message: {log_message}")
                case "endpass":
                    past_endpass = True
                case _:
                    assert_never(item.role)
        if past_endpass and result == "ok":
            user_message = None
        messages = self.messages
        said = user_message is not None or log_message is not None or messages.user is not None or messages.log is not None
        if said and result in _MESSAGES_FOR[statement.verb]:
            self._expand_messages(statement.verb, result, user_message, log_message)
        scope.message.facts.pop("acl_verify_message", None)
        return result, past_endpass

    def _one(self, item: PreparedItem, verb: Verb, label: str) -> tuple[Result, bool]:
        """One condition or modifier: its result, and whether the statement ends here without its messages."""
        scope = self.scope
        messages = self.messages
        node = item.node
        value = item.value
        if value is None:
            try:
                value = self._expand(node.argument)
            except ExpansionError as error:
                return self._unexpanded(item, error, label)
        if scope.debug is not None:
            self._tell(item, value)
        if item.phases is not None and self.phase not in item.phases:
            kind = "use" if isinstance(node, Modifier) else "test"
            messages.log = f"cannot {kind} {node.name} condition in {spoken(self.phase)} ACL".encode("latin-1")
            self.steps.append(Step(node, label, "error", value, scope.acl_depth))
            return "error", True
        check = Check(scope, self.phase, verb, node.name, node.argument, value, item.variable, messages, self.nested)
        stop = False
        try:
            answer = (item.function or item.load())(check)
        except (AclError, ExpansionError, ClosedWorld) as error:
            result, stop = self._trouble(check, error)
        else:
            # a modifier has nothing to answer
            result = answer if isinstance(answer, str) else "ok" if answer or item.modifies else "fail"
            if item.negated:
                result = _NEGATED.get(result, result)
            if check.reject_logs is not None:
                self.reject_logs = check.reject_logs
        if result == "defer" and (check.callout_deferred or scope.config.option("smtp_return_error_details")):
            self.temporary_details = True
        self.steps.append(Step(node, label, result, value, scope.acl_depth))
        return result, stop

    def _unexpanded(self, item: PreparedItem, error: ExpansionError, label: str) -> tuple[Result, bool]:
        """What a condition or modifier comes to whose argument cannot be expanded."""
        node, messages, depth = item.node, self.messages, self.scope.acl_depth
        if isinstance(error, ForcedFailure):
            self.steps.append(Step(node, label, "ignored", None, depth))
            return "ok", False
        result: Result = "defer" if isinstance(error, Deferred) else "error"
        messages.log = _failed_expansion(node.argument, error)
        if result == "defer" and _search_message(error):
            # what a lookup said takes the place of everything else
            messages.log = _search_message(error).encode("latin-1")
        self.steps.append(Step(node, label, result, None, depth))
        return result, True

    def _trouble(self, check: Check, error: AclError | ExpansionError | ClosedWorld) -> tuple[Result, bool]:
        """What a condition or modifier comes to that raised an error; negation does not change it."""
        messages = self.messages
        match error:
            case ClosedWorld():
                raise error.at(check.text) from error.__cause__
            case AclError():
                if error.message:
                    messages.log = error.message.encode("latin-1")
                return "error", True
            case ForcedFailure():
                return "ok", False
            case Deferred():
                message = error.message or _search_message(error)
                if message:
                    messages.log = message.encode("latin-1")
                return "defer", False
            case _:
                messages.log = _failed_expansion(check.text, error)
                return "error", True

    def _tell(self, item: PreparedItem, value: bytes) -> None:
        """The trace of a condition or modifier whose turn has come."""
        node = item.node
        left = f"check {'!' if item.negated else ''}{node.name} "
        if item.variable:
            left += f"{item.variable} "
        say(self.scope, f"{left}= {node.argument}")
        if item.expanded and ("$" in node.argument.string or "\\" in node.argument.string):
            say_unindented(self.scope, f"{' ' * min(len(left), 29)}= {value.decode('latin-1')}")

    def _expand_messages(
        self, verb: Verb, result: Result, user_message: Text | None, log_message: Text | None
    ) -> None:
        """Sets the messages of a statement whose result they are meant for."""
        messages = self.messages
        old_user = messages.user
        old_log = messages.log if messages.log is not None else old_user
        if verb == "warn" or (result == "ok" and verb in ("accept", "discard")):
            # what conditions had to say is for refusals; only this statement's own words count
            messages.user = messages.log = None
        if user_message is not None:
            expanded = self._expand_message(user_message, old_user)
            if expanded:
                messages.user = expanded
        if log_message is not None:
            expanded = self._expand_message(log_message, old_log)
            if expanded:
                messages.log = expanded if messages.log is None else expanded + b": " + messages.log
        if messages.log is None:
            messages.log = messages.user

    def _expand_message(self, text: Text, previous: bytes | None) -> bytes | None:
        scope = self.scope
        facts.remember(scope, "acl_verify_message", previous)
        try:
            return expand(text, scope)
        except ForcedFailure:
            return None
        except ExpansionError as error:
            log.write(scope, ("main", "panic"), f'failed to expand ACL message "{text}": {error.message}')
            return None


_NEGATED: dict[Result, Result] = {"ok": "fail", "fail": "ok", "drop": "ok"}
"""What `!` makes of a result; the others stay."""

_HOW: dict[Result, str] = {
    "ok": "succeeded",
    "fail": "failed",
    "defer": "deferred",
    "discard": 'yielded "discard"',
    "drop": 'yielded "drop"',
    "error": "error",
}


def _search_message(error: BaseException | None) -> str:
    """What a lookup said that is the cause of an error; empty when there was none."""
    while error is not None:
        if isinstance(error, SearchDeferred | SearchOpenError):
            return error.message
        error = error.__cause__
    return ""


def _failed_expansion(text: Text | bytes, error: ExpansionError) -> bytes:
    shown = text if isinstance(text, bytes) else text.encode()
    return b'failed to expand ACL string "' + shown + b'": ' + error.message.encode("latin-1")
