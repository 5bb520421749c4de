"""`${expand:`: a value is expanded once more (specification section 11.6)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.registry import operator
from exim_lang.expand.scope import Scope
from exim_lang.taint import is_tainted


@operator("expand", scope=True, taint="own")
def expand(scope: Scope, value: bytes) -> bytes:
    from exim_lang.expand.engine import expand as engine_expand
    from exim_lang.expand.engine import refuse

    try:
        if is_tainted(value):  # which does not matter elsewhere where there is nothing to expand
            refuse(scope, value.decode("latin-1"))
        return engine_expand(value, scope)
    except ForcedFailure:
        raise
    except ExpansionError as error:
        shown = value.decode("latin-1")
        raise type(error)(f'internal expansion of "{shown}" failed: {error.message}') from error
