"""testdb, testdb2, testdb_nq: lookups that answer with their own query, for tests (specification 9.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.search.registry import Reply, SearchDeferred, lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def _same(value: bytes, option: str | None) -> bytes | None:
    return value if option is None else None


@lookup_type("testdb", "testdb2", kind="query", quote=_same)
@lookup_type("testdb_nq", kind="query")
def testdb(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | Reply | None:
    """The query; `fail`, `defer` and `nocache` in it do what they say."""
    if bytes(key) == b"fail":
        return None
    if bytes(key) == b"defer":
        raise SearchDeferred("testdb lookup forced DEFER")
    return Reply(key, 0) if bytes(key) == b"nocache" else key
