"""`${hmac{md5}{secret}{string}}` (specification section 11.5)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import item


@item("hmac", 3)
def hmac(algorithm: bytes, secret: bytes, value: bytes) -> bytes:
    """The authentication code of RFC 2104 with MD5 or SHA-1, in lower case hexadecimal."""
    if algorithm not in (b"md5", b"sha1"):
        raise ExpansionError(f'hmac algorithm "{algorithm.decode("latin-1")}" is not recognised')
    import hmac as keyed  # few strings need it

    return keyed.new(secret, value, algorithm.decode("ascii")).hexdigest().encode("ascii")
