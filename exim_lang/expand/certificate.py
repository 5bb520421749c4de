"""X.509 certificates as values of variables such as `$tls_in_peercert` (specification chapter 11, `certextract`)."""

from __future__ import annotations

from exim_lang.taint import Tainted


class Certificate(Tainted):
    """The value of a certificate variable: the bytes are its text in PEM form; `der` is its binary form."""

    @property
    def der(self) -> bytes:
        """The DER form."""
        from ssl import PEM_cert_to_DER_cert  # few strings need it

        return PEM_cert_to_DER_cert(bytes(self).decode("ascii"))
