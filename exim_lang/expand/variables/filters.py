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


for number in range(10):
    variable(f"n{number}")(_counter(f"n{number}", number))
    variable(f"sn{number}")(_counter(f"sn{number}", number))
