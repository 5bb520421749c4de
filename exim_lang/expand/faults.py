"""What Exim says of a string that cannot be expanded whatever the values are: unknown names, braces, missing parts.

Exim reads a string while it expands it, so such a fault comes to light when reading reaches it, also in a branch that
is not taken. `Faults.first` finds the first one of a part that is read without being expanded; the compiler asks for
the faults of the nodes themselves and puts the error where the reading would stop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import assert_never

from exim_lang.errors import ExpansionError
from exim_lang.expand import unread
from exim_lang.expand.fault import Fault
from exim_lang.expand.names import acl_hint, find_operator, is_counter, is_numeric, is_variable, unknown_variable
from exim_lang.expand.registry import CONDITIONS, ITEMS
from exim_lang.expand.signed_address import SIGNED
from exim_lang.model.dialect import Dialect
from exim_lang.search.search import SearchType, parse_lookup_type
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_walk import walk

SPACE = " \t\n\v\f\r"
LEAD = {
    "map": ("first", "last"),
    "filter": ("first", "last"),
    "reduce": ("first", "second", "last"),
    "sort": ("list", "comparator", "extractor"),
    "certextract": ("field", "cert variable"),
    "run": ("command",),
}
NO_CERTIFICATE = 'second argument of "certextract" must be a certificate variable'
TO_BRACE = re.compile(r"(?:[^\\}]|\\.)*\}", re.DOTALL)
CHECKED_ITEMS = ("imapfolder", "substr", "length", "hash", "nhash")
NOT_AN_OPERATOR = '"{name}" is not a known operator (or a }} is missing in a variable reference)'
AT_END = "missing } at end of string"
COLON = " - could be header name not terminated by colon"


class Faults:
    """The faults of one string, whose text is `text`, for one Exim."""

    def __init__(self, text: str, root: tree.String, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.active: list[unread.Active] = []  # what Exim evaluates of the parts that `first` was asked for
        self.inside: list[str] = []  # what is added to messages about the part that is being read
        headers = [node for node in walk(root) if isinstance(node, tree.Header) and "}" in node.name]
        self.swallowed = min((node.span.start for node in headers), default=None)  # where the first such name stands

    def rest(self, at: int) -> tuple[str, int]:
        """The text from `at` on without leading white space, and where that begins."""
        while at < len(self.text) and self.text[at] in SPACE:
            at += 1
        return self.text[at:], at

    def point(self, at: int) -> Span:
        return Span(at, min(at + 1, len(self.text)))

    def curly(self, message: str, at: int, after: int = 0) -> Fault:
        """A fault of braces: Exim blames a header name that swallowed one, if there is any."""
        if self.swallowed is not None and self.swallowed < at:
            message = "missing or misplaced { or }" + COLON
        return Fault(message, self.point(at), after)

    def unclosed(self, string: tree.String) -> Fault:
        return Fault(AT_END + (COLON if self.swallowed is not None else ""), Span(string.span.start, len(self.text)))

    def counter(self, node: tree.Variable | tree.Def) -> Fault | None:
        """What is wrong with a counter of filters that is read while no filter runs."""
        if not is_counter(node.name):
            return None
        if isinstance(node, tree.Def):
            return Fault(f'unknown variable "{node.name}" after "def:"', node.span)
        return Fault(unknown_variable(node.name, node.braced), node.span)

    # ---- the first fault of a part that is only read

    def first(self, node: tree.Node) -> Fault | None:
        match node:
            case tree.String():
                found = self.first_of(node.parts)
                return found or (None if node.closed else self.unclosed(node))
            case tree.Literal() | tree.Header():
                return None
            case tree.Variable():
                return self.variable(node)
            case tree.Operator():
                return self.operator(node)
            case tree.Bad():
                return self.bad(node)
            case tree.Item() | tree.If() | tree.Lookup() | tree.Filter():
                return self.noted(node, self.first_in_item(node))
            case tree.Not() | tree.Def() | tree.Test() | tree.Junction() | tree.Each() | tree.Nothing():
                return self.noted(node, self.first_in_condition(node))
            case _:
                assert_never(node)

    def noted(self, node: tree.Node, fault: Fault | None) -> Fault | None:
        """`fault`; where there is none, `node` may be one that is evaluated although it is only read."""
        self.active = [one for one in self.active if not unread.is_forgotten(one.node, node)]
        if fault is None and (found := unread.active(node)) is not None:
            self.active.append(unread.Active(found, "".join(reversed(self.inside))))
        return fault

    def first_inside(self, node: tree.Node, where: str) -> Fault | None:
        """The first fault of `node`, with `where` added to its message."""
        self.inside.append(where)
        found = self.first(node)
        self.inside.pop()
        return found._replace(message=found.message + where) if found else None

    def first_of(self, nodes: Sequence[tree.Node]) -> Fault | None:
        return next((found for node in nodes if (found := self.first(node))), None)

    def first_in_item(self, node: tree.Item | tree.If | tree.Lookup | tree.Filter) -> Fault | None:
        match node:
            case tree.If():
                before: Fault | None = self.first(node.condition) if node.condition else None
                arguments = node.arguments
            case tree.Filter():
                before = self.first(node.items) if node.items else None
                arguments = ()
                if not before and node.condition is not None:
                    before = self.first_inside(node.condition, ' inside "filter" item')
            case tree.Lookup():
                before = self.first(node.key) if node.key else None
                if before is None and isinstance(kind := self.lookup_type(node), Fault):
                    before = kind
                arguments = node.arguments
            case tree.Item():
                before, arguments = self.options(node), node.arguments
                if node.name == "extract":
                    return self.spaced_json(node) or self.first_of(arguments[:5]) or self.extract_close(node)
        own = self.own(node)
        own = own.skipped() if own else None
        if before:
            return before
        for index, argument in enumerate(arguments):
            if own and own.after == index:
                return own
            found = self.unread(node, index, argument)
            if not found and isinstance(node, tree.Item) and node.name == "certextract" and index == 1:
                found = None if argument.closed else self.unclosed(argument)
            elif not found:
                found = self.first_inside(argument, self.inside_loop(node, index))
            if found or (found := unread.not_a_number(node, index, argument)):
                return found
        return own or self.skipped_item(node)

    def options(self, node: tree.Item) -> Fault | None:
        """What is wrong with the options of `${run`, or with the end of its command."""
        if node.name != "run":
            return None
        at = node.span.start + len("${run")
        while self.text.startswith(",", at):
            if not self.text.startswith(",preexpand", at):
                found = re.match(r".?[A-Za-z]*", self.text[at + 1 :])
                return Fault(f"bad option '{found[0] if found else ''}' for run", Span(at, at + 1))
            at += len(",preexpand")
        if node.options and not self.rest(at)[0].startswith("{"):
            return self.curly("missing '{' for command arg of run", at)
        if node.options or not node.arguments or node.arguments[0].closed:
            return None
        return self.curly("missing '}' closing command arg of run", len(self.text))

    def unread(self, node: tree.Node, index: int, argument: tree.String) -> Fault | None:
        """The fault of a string that Exim takes as it stands."""
        if index != 1 or not isinstance(node, tree.Item):
            return None
        if node.name not in ("certextract", "sort"):
            return None
        at = argument.parts[0].span.start if argument.parts else len(self.text)
        if node.name == "certextract":
            return None if self.text.startswith("$", at) else Fault(NO_CERTIFICATE, argument.span)
        if not argument.closed:
            return None
        text = unread.literals(argument).decode("latin-1")
        word = unread.comparator_name(text)
        if not word:
            return Fault(unread.no_condition(text), argument.span)
        if word not in CONDITIONS:
            return Fault("", argument.span)
        known = CONDITIONS[word].name in unread.COMPARATORS
        return None if known else Fault("comparator not handled for sort", argument.span)

    def skipped_item(self, node: tree.Node) -> Fault | None:
        """Some items look at their strings even when they are skipped; then only text that stands for itself is in them."""
        if isinstance(node, tree.Item) and node.name in CHECKED_ITEMS and all(one.closed for one in node.arguments):
            entry = ITEMS[node.name]
            message = unread.error_of(partial(entry.function, None) if entry.scope else entry.function, node.arguments)
            if message is not None and (node.name != "imapfolder" or message.startswith("IMAP folder separator")):
                return Fault(message, node.span)
        return None

    def spaced_json(self, node: tree.Item) -> Fault | None:
        """White space behind `${extract json` is taken only where the item is expanded."""
        found = re.compile(r"\$\{extract\s+jsons?(?=\s)").match(self.text, node.span.start) if node.options else None
        return self.curly("missing '}' closing extract", found.end()) if found else None

    def extract_close(self, node: tree.Item) -> Fault | None:
        """Read without being expanded, `${extract` may have any strings up to five: nobody knows what the first says."""
        if len(node.arguments) > 5:
            return self.curly("missing '}' closing extract", node.arguments[5].span.start)
        unclosed = node.arguments and not node.arguments[-1].closed
        return None if node.stop is None or unclosed else self.curly("missing '}' closing extract", node.stop)

    def inside_loop(self, node: tree.Node, index: int) -> str:
        """A fault in the part that a loop repeats is told of with the loop's name."""
        repeated = isinstance(node, tree.Item) and node.name in ("map", "reduce") and index == len(LEAD[node.name]) - 1
        return f' inside "{node.name}" item' if isinstance(node, tree.Item) and repeated else ""

    def first_in_condition(self, node: tree.Condition) -> Fault | None:
        match node:
            case tree.Nothing():
                return self.nothing(node)
            case tree.Def():
                return self.definition(node)
            case tree.Not():
                return self.first(node.condition) if node.condition else None
            case tree.Test():
                found = self.first_of(node.arguments) or self.test(node)
                if found or node.name != "bool":
                    return found
                message = unread.error_of(CONDITIONS["bool"].function, node.arguments)
                return None if message is None else Fault(message, node.span)
            case tree.Junction():
                for member in node.members:
                    found = self.first_inside(member, f' inside "{node.name}{{...}}" condition')
                    if found:
                        return found
                return self.junction(node)
            case tree.Each():
                found = self.first(node.items) if node.items else None
                if found:
                    return found
                inside = f' inside "{node.name}" condition'
                if node.condition is not None and (found := self.first_inside(node.condition, inside)):
                    return found
                return self.each(node)
            case _:
                assert_never(node)

    # ---- the faults of the nodes themselves

    def bad(self, node: tree.Bad) -> Fault:
        match node.text:
            case "\\":
                message = "\\ at end of string"
            case "$":
                message = "$ not followed by letter, digit, or {"
            case "${":
                message = "letter or digit expected after ${"
            case text if text[2].isdigit():
                message = "} expected after number"
            case text:
                message = NOT_AN_OPERATOR.format(name=text)
        return Fault(message, node.span)

    def variable(self, node: tree.Variable) -> Fault | None:
        if is_variable(node.name, self.dialect):
            return None
        return Fault(unknown_variable(node.name, node.braced), node.span)

    def operator(self, node: tree.Operator) -> Fault | None:
        found = self.first(node.operand)
        if found:
            return found
        return self.unknown_operator(node)

    def unknown_operator(self, node: tree.Operator) -> Fault | None:
        if find_operator(node.name, self.dialect)[0] is not None:
            return None
        return Fault(f'unknown expansion operator "{node.name}"', node.span)

    def as_certificate(self, node: tree.Operator) -> Fault | None:
        """The fault of an operand that may be a certificate variable: Exim first reads what stands behind its `$`."""
        first = next(iter(node.operand.parts), None)
        if first is None or isinstance(first, tree.Literal) or TO_BRACE.match(self.text, first.span.start):
            return None
        return self.unclosed(node.operand)

    def own(self, node: tree.Item | tree.If | tree.Lookup | tree.Filter) -> Fault | None:
        match node:
            case tree.If():
                if node.condition is None or getattr(node.condition, "stop", None) is not None:
                    return None
                return self.yes_no("if", node.condition.span.end, node.arguments, node.fail, node.stop, 0)
            case tree.Lookup():
                return self.lookup(node)
            case tree.Filter():
                return self.filter(node)
            case tree.Item():
                return self.item(node)

    def yes_no(
        self, name: str, at: int, strings: Sequence[tree.String], fail: bool, stop: int | None, before: int
    ) -> Fault | None:
        """The fault of `{yes}{no}`, which begin at `at` behind the `before` strings of the item itself."""
        if strings and not strings[-1].closed and len(strings) <= 2:
            return None
        at = strings[min(len(strings), 2) - 1].span.end + 1 if strings else at
        rest, at = self.rest(at)
        count = len(strings)
        if count == 0 and (fail or stop is not None):
            what = "'yes' part did not start with '{'"
        elif count == 1 and stop is not None and not fail:
            return Fault(f'syntax error in "{name}" item - "fail" expected', self.point(at), before + 1)
        elif count == 1 and stop is not None:
            rest, at = self.rest(at + len("fail"))
            what = "did not close with '}' after forcedfail"
        elif count > 2 or (count == 2 and (fail or stop is not None)):
            what = "did not close with '}'"
        else:
            return None
        message = f"curly-bracket problem in conditional yes/no parsing: {what}\n remaining string is '{rest}'"
        return self.curly(message, at, before + min(count, 2))

    def lookup_type(self, node: tree.Lookup) -> SearchType | Fault:
        """The type, or what is wrong with it: Exim looks at it before it reads on."""
        if not (node.type[:1].isascii() and node.type[:1].isalpha()):
            return Fault("missing lookup type", node.span)
        try:
            found = parse_lookup_type(node.type.encode("latin-1"), self.dialect)
        except ExpansionError as error:
            return Fault(error.message, node.span)
        if node.key is not None and not found.is_single_key:
            name = found.name
            return Fault(
                f'a single key was given for lookup type "{name}", which is not a single-key lookup type', node.span
            )
        if node.key is None and found.is_single_key:
            return Fault(f'missing {{key}} for single-key "{node.type}" lookup', node.span)
        return found

    def lookup(self, node: tree.Lookup) -> Fault | None:
        if not node.arguments:
            at = node.stop if node.stop is not None else node.span.end
            return self.curly("missing '{' for lookup file-or-query arg", at)
        return self.choice("lookup", node.arguments, 1, node)

    def filter(self, node: tree.Filter) -> Fault | None:
        stop = node.stop
        if stop is None or (node.items is not None and not node.items.closed):
            return None
        if node.items is None:
            return self.curly("missing '{' for first arg of filter", stop)
        if node.condition is None:
            return self.curly("missing '{' for last arg of filter", stop)
        if isinstance(node.condition, tree.Nothing) or getattr(node.condition, "stop", None) is not None:
            return None
        if node.condition_span == tree.NOWHERE:
            return Fault(
                'missing } at end of condition or expression inside "filter"; could be an unquoted } in the content',
                self.point(stop),
            )
        return Fault('missing } at end of "filter"', self.point(stop))

    def item(self, node: tree.Item) -> Fault | None:
        strings = node.arguments
        if self.dialect.lacks("item", node.name):
            return Fault(NOT_AN_OPERATOR.format(name=f"${{{node.name}"), node.span)
        entry = ITEMS.get(node.name)
        most = len(LEAD[node.name]) if entry is None else entry.most
        if len(strings) <= most and strings and not strings[-1].closed:
            return None
        if entry is None:
            return self.loop(node)
        if entry.choice:
            return self.choice(node.name, strings, entry.least, node)
        if node.name == "prvscheck":
            signed = bool(strings) and SIGNED.fullmatch(unread.literals(strings[0])) is not None
            return self.strings(node, 1, 1, last=False) or self.prvscheck(node, signed)
        if node.name == "readsocket":
            return self.strings(node, entry.least, entry.most, last=False) or self.readsocket(node)
        return self.strings(node, entry.least, entry.most)

    def strings(self, node: tree.Item, least: int, most: int, first: int = 0, last: bool = True) -> Fault | None:
        """What is wrong with the number of strings behind the `first` ones, and, if they are the `last`, with what follows."""
        strings, after = node.arguments[first:], node.stop if node.stop is not None else node.span.end
        if strings and not strings[-1].closed and len(strings) <= most:
            return None
        if len(strings) < least:
            return self.curly(f"Not enough arguments for '{node.name}' (min is {least})", after, first + len(strings))
        if last and len(strings) > most:
            message = f"Too many arguments for '{node.name}' (max is {most})"
            return Fault(message, self.point(strings[most].span.start), first + most)
        if last and (node.stop is not None or node.fail):
            return self.curly(f"missing '}}' after '{node.name}'", after, first + len(strings))
        return None

    def prvscheck(self, node: tree.Item, signed: bool) -> Fault | None:
        """Exim reads the strings of prvscheck one by one where the first one is `signed`, else the last two at once."""
        if not signed:
            return self.strings(node, 1, 2, 1)
        return self.strings(node, 1, 1, 1, last=False) or self.strings(node, 0, 1, 2)

    def readsocket(self, node: tree.Item) -> Fault | None:
        """What is wrong behind the strings of readsocket, for which Exim does not look before it has an answer."""
        if node.arguments and not node.arguments[-1].closed:
            return None
        most = ITEMS["readsocket"].most
        after = node.arguments[most].span.start if len(node.arguments) > most else node.stop
        if after is None and not node.fail:
            return None
        at = node.span.end if after is None else after
        return self.curly("missing '}' closing readsocket", at, min(len(node.arguments), most))

    def loop(self, node: tree.Item) -> Fault | None:
        leads, count = LEAD[node.name], len(node.arguments)
        after = node.stop if node.stop is not None else node.span.end
        if count < len(leads):
            return self.curly(f"missing '{{' for {leads[count]} arg of {node.name}", after, count)
        if count > len(leads) or node.stop is not None or node.fail:
            return Fault(f'missing }} at end of "{node.name}"', self.point(after), len(leads))
        return None

    def choice(
        self, name: str, strings: Sequence[tree.String], least: int, node: tree.Item | tree.Lookup
    ) -> Fault | None:
        """The fault of an item with `least` strings of its own, and yes and no strings behind them."""
        if strings and not strings[-1].closed and len(strings) <= least + 2:
            return None
        if len(strings) < least:
            after = node.stop if node.stop is not None else node.span.end
            count = len(strings)
            lead = LEAD.get(name)
            message = f"missing '{{' for {lead[count]} arg of {name}" if lead else f"missing '{{' for arg {count + 1} of {name}"
            return self.curly("" if name == "env" else message, after, count)
        at = strings[least - 1].span.end + 1
        return self.yes_no(name, at, strings[least:], node.fail, node.stop, least)

    def nothing(self, node: tree.Nothing) -> Fault:
        rest, at = self.rest(node.stop)
        word = unread.condition_name(rest)
        if not word:
            return Fault(unread.no_condition(rest), self.point(at))
        if word == "def":
            return Fault('":" expected after "def"', Span(at, at + 3))
        return Fault(f'unknown condition "{word}"', Span(at, at + len(word)))

    def definition(self, node: tree.Def) -> Fault | None:
        if node.header is not None:
            return None
        if not node.name:
            return Fault('variable name omitted after "def:"', node.span)
        if is_variable(node.name, self.dialect) and not is_numeric(node.name):
            return None
        return Fault(f'unknown variable "{node.name}" after "def:"{acl_hint(node.name)}', node.span)

    def test(self, node: tree.Test) -> Fault | None:
        if self.dialect.lacks("condition", node.name):
            return Fault(f'unknown condition "{node.name}"', node.span)
        entry = CONDITIONS.get(node.name)
        wrapped = node.name in ("acl", "saslauthd")
        if wrapped and entry is not None and node.stop is None:
            count = len(node.arguments)
            if entry.least <= count <= entry.most:
                return None
            after = node.arguments[-1].span.end + 1 if node.arguments else node.span.end - 1
            return Fault(f"too few arguments or bracketing error for {node.name}", self.point(after), count)
        if node.stop is None or (node.arguments and not node.arguments[-1].closed):
            return None
        if wrapped:
            opened = node.arguments or self.text[: node.stop].rstrip(SPACE).endswith("{")
            message = f"too few arguments or bracketing error for {node.name}" if opened else f'missing {{ after "{node.name}"'
        elif node.name == "inbound_srs":
            message = f"too few arguments or bracketing error for {node.name}"
        elif node.arguments and entry is not None and entry.least > 1:
            message = f'missing 2nd string in {{}} after "{node.name}"'
        else:
            message = f'missing {{ after "{node.name}"'
        return Fault(message, self.point(node.stop), len(node.arguments))

    def junction(self, node: tree.Junction) -> Fault | None:
        if node.stop is None or (node.members and getattr(node.members[-1], "stop", None) is not None):
            return None
        if node.inside:
            message = f'missing }} at end of condition inside "{node.name}" group'
        elif not node.members and not self.text[: node.stop].rstrip(SPACE).endswith("{"):
            message = f'missing {{ after "{node.name}"'
        else:
            message = f'each subcondition inside an "{node.name}{{...}}" condition must be in its own {{}}'
        return Fault(message, self.point(node.stop), len(node.members))

    def each(self, node: tree.Each) -> Fault | None:
        stop = node.stop
        if stop is None or (node.items is not None and not node.items.closed):
            return None
        if node.condition is None:
            return Fault(f'missing {{ after "{node.name}"', self.point(stop))
        if isinstance(node.condition, tree.Nothing) or getattr(node.condition, "stop", None) is not None:
            return None
        return Fault(f'missing }} at end of condition inside "{node.name}"', self.point(stop))
