"""The counters of Exim filters: variables only while a filter runs, unknown names otherwise."""

from __future__ import annotations

from collections.abc import Callable

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.variable_table import facts

facts(("thisaddress",))


def _counter(name: str, number: int) -> Callable[[Scope], bytes]:
    def value(scope: Scope) -> bytes:
        counters = scope.process.filter_counters
        if counters is None:
            raise ExpansionError(f'unknown variable name "{name}"')
        if name.startswith("s"):
            counters = scope.process.system_filter_counters
        return b"%d" % counters[number]

    return value


for names in (
    ("n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"),
    ("sn0", "sn1", "sn2", "sn3", "sn4", "sn5", "sn6", "sn7", "sn8", "sn9"),
):
    for number, name in enumerate(names):
        variable(name)(_counter(name, number))
