"""A Sieve filter tested with `-bf` (specification section 5.2)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from exim_lang.filter.sieve import SieveRun
from exim_lang.filter.sieve_words import SieveError
from exim_lang.route.rewrite import rewrite_one

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def test_sieve(scope: Scope, data: bytes) -> int:
    """Prints whether the message is kept, or what is wrong; the status is 0 in any case, as Exim's."""
    sieve = SieveRun(scope, lambda address, place: rewrite_one(scope, address, place))
    try:
        sieve.run(data)
    except SieveError as error:
        sys.stdout.write(f"Sieve error: {error.message}\n")
        return 0
    sys.stdout.write("Implicit keep\n" if sieve.keep else "No implicit keep\n")
    return 0
