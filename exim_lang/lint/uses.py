"""Every value in a configuration as one kind of thing: where it stands, what it belongs to, how Exim takes it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from exim_lang.errors import EximLangError
from exim_lang.lint.finding import Edit, Finding, Fix, Note
from exim_lang.lint.fixes import edit_of
from exim_lang.records import dataclass
from exim_lang.source.text import Span, Text
from exim_lang.syntax import expansion
from exim_lang.syntax.acl_nodes import Acl, Condition, Modifier, Statement
from exim_lang.syntax.config_nodes import RetryRule, RewriteRule
from exim_lang.syntax.list import List, parse_list
from exim_lang.syntax.list_items import Kind

if TYPE_CHECKING:
    from exim_lang.model.config import Config, Driver, NamedList, Setting
    from exim_lang.model.options import OptionFact

Where = Literal["main", "list", "acl", "router", "transport", "authenticator", "rewrite", "retry"]

ACL_LISTS: Final[dict[str, Kind]] = {
    "authenticated": "string",
    "dkim_signers": "domain",
    "dkim_status": "string",
    "dmarc_status": "string",
    "domains": "domain",
    "encrypted": "string",
    "hosts": "host",
    "local_parts": "localpart",
    "recipients": "address",
    "sender_domains": "domain",
    "senders": "address",
    "spf": "string",
    "spf_guess": "string",
}
"""The conditions of ACLs whose arguments are lists, and of which kind (dnslists has a syntax of its own)."""

_LIST_TYPES: Final[dict[str, Kind]] = {
    "domain list": "domain",
    "host list": "host",
    "address list": "address",
    "string list": "string",
}

_BY_ITEM: Final = ("route_list",)
"""Options that are not expanded as a whole, but each item by itself."""


@dataclass(eq=False)
class Use:
    """One value.

    `name` is the option, condition or modifier; of a named list its name; of rewrite and retry rules the part (`pattern`,
    `replacement`, `error`, `senders`). `text` is the value with the origin of its characters. `owner` is the driver, ACL,
    list or rule that it stands in, None in the main section; `node` the setting, condition or modifier itself; `fact` what
    is known of an option. `list_kind` says that it is a list, and of what; `expanded`, that Exim expands it.
    """

    where: Where
    name: str
    text: Text
    owner: Driver | Acl | NamedList | RewriteRule | RetryRule | None = None
    node: Setting | Condition | Modifier | None = None
    statement: Statement | None = None
    fact: OptionFact | None = None
    list_kind: Kind | None = None
    expanded: bool = True

    @cached_property
    def tree(self) -> expansion.String:
        """The value as an expansion; one that is not expanded is a literal."""
        from exim_lang.expand.engine import parse

        if not self.expanded:
            string = self.text.string
            whole = Span(0, len(string))
            return expansion.String((expansion.Literal(string.encode("latin-1"), whole),), span=whole)
        return parse(self.text.string)

    @cached_property
    def nodes(self) -> list[expansion.Node]:
        """All nodes of the expansion in reading order."""
        from exim_lang.syntax.expansion_walk import walk

        return walk(self.tree)

    @cached_property
    def items(self) -> List | None:
        """The value as a list, None when it is none, or cannot be taken apart because a brace is missing."""
        if self.list_kind is None:
            return None
        try:
            return parse_list(self.text, self.list_kind)
        except EximLangError:
            return None

    @cached_property
    def constant(self) -> str | None:
        """The value after expansion when nothing can change it (latin-1), else None."""
        if not self.expanded:
            return self.text.string
        if all(isinstance(part, expansion.Literal) for part in self.tree.parts):
            return b"".join(part.value for part in self.tree.parts if isinstance(part, expansion.Literal)).decode("latin-1")
        return None

    @property
    def whole(self) -> Span:
        """The range of the whole value."""
        return Span(0, len(self.text))

    @property
    def title(self) -> str:
        """What to call it in a sentence: `hosts`, `the option "file" of the transport local_delivery`."""
        match self.where:
            case "main" | "acl":
                return self.name
            case "router" | "transport" | "authenticator":
                return f"{self.name} of the {self.where} {getattr(self.owner, 'name', '')}"
            case "list":
                return f"the {getattr(self.owner, 'kind', '')} list {self.name}"
            case "rewrite" | "retry":
                return f"the {self.name} of a {self.where} rule"

    def source(self, span: Span) -> str:
        """The characters of a range as they are written."""
        return self.text.string[span.start : span.end]

    def finding(
        self,
        span: Span,
        message: str,
        *,
        help: str = "",
        fix: Fix | None = None,
        flow: tuple[Note, ...] = (),
        notes: tuple[Note, ...] = (),
        witness: str = "",
    ) -> Finding:
        """A finding about a range of the value."""
        return Finding(message, self.text, span, help, fix, flow, notes, witness)

    def edit(self, span: Span, replacement: str) -> Edit | None:
        """The replacement of a range, None where that is not one piece of one file (a macro stands there)."""
        return edit_of(self.text, span, replacement)


def uses_of(config: Config) -> Iterator[Use]:
    """All values: main section, named lists, ACLs, drivers, rules, each in the order of the file."""
    for setting in config.main.values():
        yield _option("main", None, setting, config.fact(setting.name))
    for lists in config.lists.values():
        for named in lists.values():
            yield Use("list", named.name, named.text, named, list_kind=named.kind)
    for acl in config.acls.values():
        yield from uses_of_acl(acl)
    for drivers in (config.routers, config.transports, config.authenticators):
        for driver in drivers:
            for setting in driver.settings.values():
                yield _option(driver.kind, driver, setting, driver.fact(setting.name))
    for rule in config.rewrite:
        yield Use("rewrite", "pattern", rule.pattern, rule, list_kind=None)
        yield Use("rewrite", "replacement", rule.replacement, rule)
    for retry in config.retry:
        yield Use("retry", "pattern", retry.pattern, retry, expanded=False)
        yield Use("retry", "error", retry.error, retry, expanded=False)
        if retry.senders is not None:
            yield Use("retry", "senders", retry.senders, retry, list_kind="address")


def uses_of_acl(acl: Acl) -> Iterator[Use]:
    """The arguments of the conditions and modifiers of one ACL."""
    for statement in acl.statements:
        for node in statement.conditions:
            expanded = node.name != "endpass"
            yield Use("acl", node.name, node.argument, acl, node, statement, None, ACL_LISTS.get(node.name), expanded)


def _option(where: Where, owner: Driver | None, setting: Setting, fact: OptionFact | None) -> Use:
    type = fact.type if fact else "string"
    kind: Kind | None = "localpart" if setting.name == "local_parts" else _LIST_TYPES.get(type)
    expanded = fact is None or fact.expanded or (kind is not None and kind != "string") or setting.name in _BY_ITEM
    return Use(where, setting.name, setting.text, owner, setting, None, fact, kind, expanded)
