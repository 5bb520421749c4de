"""What a domain says of its own use of DomainKeys: the record at `_domainkey.DOMAIN` (RFC 4870 section 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exim_lang.dkim.verify import tags_of
from exim_lang.expand.dns_lookup import dns_lookup
from exim_lang.world.dns import Txt

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


class Policy(NamedTuple):
    """`signs_all`: `o=-`; `testing`: `t=y`; `takes_part` is False where the record says `o=.`."""

    signs_all: bool = False
    testing: bool = False
    takes_part: bool = True


def policy_of(scope: Scope, domain: bytes) -> Policy:
    """The policy of a domain; without a record, or with one that cannot be had now, it signs some messages.

    Raises ClosedWorld where nobody answers.
    """
    records = texts(scope, b"_domainkey." + domain)[0]
    if not records:
        return Policy()
    tags = tags_of(records[0])
    return Policy(tags.get(b"o") == b"-", tags.get(b"t", b"").lower() == b"y", tags.get(b"o") != b".")


def texts(scope: Scope, name: bytes) -> tuple[list[bytes], str]:
    """The TXT records of a name, the pieces of each joined, and the status of the query."""
    answer = dns_lookup(scope, name, "TXT")
    return [b"".join(record.data.pieces) for record in answer.records if isinstance(record.data, Txt)], answer.status
