"""The fields of certificates as OpenSSL writes them (specification section 11.5, `certextract`)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.string_list import quote_item

if TYPE_CHECKING:
    from cryptography import x509

    from exim_lang.expand.certificate import Certificate

_TAGS: Final = {"dns": "DNS", "uri": "URI", "mail": "MAIL"}


def field(certificate: Certificate, selector: bytes) -> bytes | None:
    """The field that `selector` names, with modifiers behind commas; None for one that is unknown or not there."""
    from cryptography import x509

    loaded = x509.load_der_x509_certificate(certificate.der)
    name, *modifiers = selector.decode("latin-1").split(",")
    separator = next((ord(word[1]) for word in modifiers if word[:1] == ">" and len(word) > 1), 0x0A)
    words = [word for word in modifiers if word[:1] != ">"]
    match name.strip():
        case "version":
            return b"%d" % (loaded.version.value + 1)
        case "serial_number":
            return b"%x" % loaded.serial_number
        case "subject":
            return _distinguished(loaded.subject, words, separator)
        case "issuer":
            return _distinguished(loaded.issuer, words, separator)
        case "notbefore":
            return _time(loaded.not_valid_before_utc, words)
        case "notafter":
            return _time(loaded.not_valid_after_utc, words)
        case "sig_algorithm":
            return loaded.signature_algorithm_oid._name.encode("ascii")
        case "signature":
            return loaded.signature.hex().encode("ascii")
        case "subj_altname":
            return _alternative_names(loaded, words, separator)
        case "ocsp_uri":
            return _list(_ocsp(loaded), separator)
        case "crl_uri":
            return _list(_revocation(loaded), separator)
        case _:
            return None


def _list(items: list[bytes], separator: int) -> bytes | None:
    if not items:
        return None
    return bytes([separator]).join(quote_item(item, separator) for item in items)


def _distinguished(name: x509.Name, words: list[str], separator: int) -> bytes | None:
    if not words:
        return name.rfc4514_string().encode()
    wanted = words[0]
    found = [str(part.value).encode() for part in name if part.rfc4514_attribute_name == wanted]
    return _list(found, separator)


def _time(moment: datetime, words: list[str]) -> bytes:
    if "int" in words:
        return b"%d" % int(moment.timestamp())
    return f"{moment:%b} {moment.day:2} {moment:%H:%M:%S %Y} GMT".encode("ascii")


def _alternative_names(loaded: x509.Certificate, words: list[str], separator: int) -> bytes | None:
    from cryptography import x509

    wanted = words[0] if words else ""
    if wanted and wanted not in _TAGS:
        raise ExpansionError(f"unknown modifier {wanted} for subj_altname")
    try:
        names = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    kinds = ((x509.DNSName, "dns"), (x509.UniformResourceIdentifier, "uri"), (x509.RFC822Name, "mail"))
    found = []
    for name in names:
        for kind, tag in kinds:
            if isinstance(name, kind) and wanted in ("", tag):
                value = str(name.value).encode()
                found.append(value if wanted else _TAGS[tag].encode("ascii") + b"=" + value)
    return _list(found, separator)


def _ocsp(loaded: x509.Certificate) -> list[bytes]:
    from cryptography import x509

    try:
        access = loaded.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    wanted = x509.oid.AuthorityInformationAccessOID.OCSP
    return [str(each.access_location.value).encode() for each in access if each.access_method == wanted]


def _revocation(loaded: x509.Certificate) -> list[bytes]:
    from cryptography import x509

    try:
        points = loaded.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [
        str(name.value).encode()
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]
