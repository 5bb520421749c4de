"""Certificates in strings: fields, fingerprints, base64."""

from __future__ import annotations

import datetime
import hashlib
from base64 import b64encode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from exim_lang.errors import ExpansionError
from exim_lang.expand.certificate import Certificate
from exim_lang.expand.engine import expand
from exim_lang.expand.scope import Scope
from exim_lang.taint import is_tainted
from tests.be_cases import config_of, scope_of

UTC = datetime.UTC


def made() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "one"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "two"),
        x509.NameAttribute(NameOID.COMMON_NAME, "mx.example.org"),
    ])
    names = [x509.DNSName("mx.example.org"), x509.RFC822Name("a@b"), x509.UniformResourceIdentifier("http://x:1/")]
    ocsp = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://o/"))
    point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://c/")], None, None, None)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")]))
        .public_key(key.public_key())
        .serial_number(0xC9)
        .not_valid_before(datetime.datetime(2012, 11, 1, 12, 34, 5, tzinfo=UTC))
        .not_valid_after(datetime.datetime(2038, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityInformationAccess([ocsp]), critical=False)
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .sign(key, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def certificate() -> x509.Certificate:
    return made()


@pytest.fixture
def scope(certificate: x509.Certificate) -> Scope:
    scope = scope_of(config_of("primary_hostname = mx.example.org\n"))
    scope.connection.tls_in.peer_certificate = Certificate(certificate.public_bytes(serialization.Encoding.PEM))
    return scope


@pytest.mark.parametrize(
    "selector, value",
    [
        ("version", b"3"),
        ("serial_number", b"c9"),
        ("subject", b"CN=mx.example.org,OU=two,OU=one,O=Example"),
        ("subject,O", b"Example"),
        ("subject,OU,>:", b"one:two"),
        ("subject,DC", b"none"),
        ("issuer", b"CN=Test CA"),
        ("notbefore", b"Nov  1 12:34:05 2012 GMT"),
        ("notbefore,int", b"1351773245"),
        ("notafter", b"Jan  1 00:00:00 2038 GMT"),
        ("sig_algorithm", b"ecdsa-with-SHA256"),
        ("subj_altname", b"DNS=mx.example.org\nMAIL=a@b\nURI=http://x:1/"),
        ("subj_altname,dns", b"mx.example.org"),
        ("subj_altname,uri,>:", b"http:://x::1/"),
        ("ocsp_uri", b"http://o/"),
        ("crl_uri", b"http://c/"),
        ("nosuch", b"none"),
    ],
)
def test_fields(selector: str, value: bytes, scope: Scope) -> None:
    found = expand(f"${{certextract{{{selector}}}{{$tls_in_peercert}}{{$value}}{{none}}}}", scope)
    assert found == value
    assert is_tainted(found) == (value != b"none")


def test_fingerprints(certificate: x509.Certificate, scope: Scope) -> None:
    der = certificate.public_bytes(serialization.Encoding.DER)
    assert expand("${md5:$tls_in_peercert}", scope) == hashlib.md5(der).hexdigest().upper().encode()
    assert expand("${sha1:$tls_in_peercert}", scope) == hashlib.sha1(der).hexdigest().upper().encode()
    assert expand("${sha256:$tls_in_peercert}", scope) == hashlib.sha256(der).hexdigest().upper().encode()
    assert expand("${base64:$tls_in_peercert}", scope) == b64encode(der)


def test_what_is_no_certificate(scope: Scope) -> None:
    assert expand("${certextract{subject}{$tls_out_peercert}{yes}{no}}", scope) == b"no"
    with pytest.raises(ExpansionError, match='second argument of "certextract" must be a certificate variable'):
        expand("${certextract{subject}{text}}", scope)
    with pytest.raises(ExpansionError, match="modifier"):
        expand("${certextract{subj_altname,ip}{$tls_in_peercert}}", scope)
