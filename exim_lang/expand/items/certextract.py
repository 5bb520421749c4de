"""`${certextract{field}{certificate}}`: what stands in an X.509 certificate (specification section 11.5)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError
from exim_lang.expand.certificate import Certificate
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.taint import is_tainted, taint


@item("certextract", 2, scope=True, choice=True)
def certextract(scope: Scope, name: bytes, certificate: bytes) -> bytes | None:
    """A field such as `subject` or `subj_altname,dns,>:`; None for one that is not there, or for no certificate."""
    if not certificate:
        return None
    if not isinstance(certificate, Certificate):
        raise ExpansionError('second argument of "certextract" must be a certificate variable')
    from exim_lang.expand.certificate_fields import field  # few strings need it

    value = field(certificate, bytes(name))
    if value is None:
        return None
    return taint(value) if scope.config.dialect.version >= (4, 99) and is_tainted(certificate) else value
