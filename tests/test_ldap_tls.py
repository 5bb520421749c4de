"""LDAP over TLS with a real slapd: which certificates are good enough, as Exim and its LDAP library decide."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from exim_lang.expand.ldap_names import is_for_host
from tests.servers import RealServer, free_port, ldap_server
from tests.servers_helper import answer, exim_says, replayed, scope_for

pytestmark = pytest.mark.xdist_group("servers")

SEARCH = "/o=test?o?sub?(o=test)"
DAY = datetime.timedelta(days=1)


class Issued(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def write(self, folder: Path, name: str) -> None:
        """Writes NAME.crt and NAME.key, readable for every server."""
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for ending, content in ("crt", self.certificate.public_bytes(Encoding.PEM)), ("key", secret):
            (folder / f"{name}.{ending}").write_bytes(content)


def issue(name: str, issuer: Issued | None = None, *alternatives: x509.GeneralName) -> Issued:
    """A certificate of an authority without an issuer, or one that `issuer` gives to a host or a client."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    building = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + 30 * DAY)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if alternatives:
        building = building.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return Issued(building.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@pytest.fixture(scope="module")
def tls_folder(server_folder: Path) -> Path:
    """Certificates: of the server, of a client, of the authority that signed both, of another one."""
    folder = server_folder / "tls"
    folder.mkdir(mode=0o755)
    authority = issue("authority")
    authority.write(folder, "authority")
    issue("stranger").write(folder, "stranger")
    issue("here", authority, x509.IPAddress(ipaddress.ip_address("127.0.0.1"))).write(folder, "here")
    issue("elsewhere", authority, x509.DNSName("elsewhere.example")).write(folder, "elsewhere")
    issue("client", authority).write(folder, "client")
    return folder


def tls_server(folder: Path, certificates: Path, name: str, clients: str = "never") -> tuple[RealServer, int]:
    """A directory that shows the certificate `name`, and the port where it speaks TLS at once."""
    port = free_port()
    lines = [f"TLSCACertificateFile {certificates}/authority.crt", f"TLSCertificateFile {certificates}/{name}.crt"]
    lines += [f"TLSCertificateKeyFile {certificates}/{name}.key", f"TLSVerifyClient {clients}"]
    return ldap_server(folder, lines, f"ldaps://127.0.0.1:{port}/"), port


AUTHORITY = "ldap_ca_cert_file = TLS/authority.crt\n"
STRANGER = "ldap_ca_cert_file = TLS/stranger.crt\n"
CLIENT = "ldap_cert_file = TLS/client.crt\nldap_cert_key = TLS/client.key\n"
START = "ldap_start_tls = true\n"
REQUIRE = "ldap_require_cert = "
FAILED = "failed to bind the LDAP connection to server 127.0.0.1:PORT - ldap_bind() returned -1"
NO_TLS = "failed to initiate TLS processing on an LDAP session to server 127.0.0.1:PORT - ldap_start_tls_s() returned "
HERE = ("ldaps", "here")
ELSEWHERE = ("ldaps", "elsewhere")
STARTED = ("ldap", "here")
STARTED_ELSEWHERE = ("ldap", "elsewhere")
CASES = [  # settings, scheme and certificate of the server, why it fails
    ("", HERE, FAILED),
    (AUTHORITY, HERE, ""),
    (AUTHORITY, ELSEWHERE, FAILED),
    *((AUTHORITY + REQUIRE + word, HERE, "") for word in ("hard", "demand", "try", "allow", "never", "bogus")),
    *((AUTHORITY + REQUIRE + word, ELSEWHERE, FAILED) for word in ("hard", "demand", "try")),
    *((AUTHORITY + REQUIRE + word, ELSEWHERE, "") for word in ("allow", "never", "bogus")),
    *((STRANGER + REQUIRE + word, HERE, FAILED) for word in ("hard", "demand", "try")),
    *((STRANGER + REQUIRE + word, HERE, "") for word in ("allow", "never")),
    (REQUIRE + "never", HERE, ""),
    (REQUIRE + "try", HERE, FAILED),
    ("ldap_ca_cert_file = /nonexistent", HERE, FAILED),
    (AUTHORITY + CLIENT, HERE, ""),
    (START, STARTED, NO_TLS + "-11: Connect error"),
    (START + AUTHORITY, STARTED, ""),
    (START + AUTHORITY, STARTED_ELSEWHERE, NO_TLS + "-11: Connect error"),
    (START + AUTHORITY, HERE, NO_TLS + "1: Operations error"),
    (START + STRANGER, HERE, NO_TLS + "-1: Can't contact LDAP server"),
    (START + STRANGER, STARTED, NO_TLS + "-11: Connect error"),
    (START + STRANGER + REQUIRE + "never", STARTED_ELSEWHERE, ""),
    (START + AUTHORITY, ("ldapi", "here"), ""),
]


class Running(NamedTuple):
    """A server, and its URLs by scheme."""

    server: RealServer
    ports: dict[str, str]


@pytest.fixture(scope="module")
def directories(server_folder: Path, tls_folder: Path) -> Iterator[dict[str, Running]]:
    """By name of the certificate that they show; "demanding" wants one of its clients, too."""
    made: dict[str, Running] = {}
    try:
        for name, certificate, clients in (
            ("here", "here", "never"),
            ("elsewhere", "elsewhere", "never"),
            ("demanding", "here", "demand"),
        ):
            server, port = tls_server(server_folder / f"ldap-{name}", tls_folder, certificate, clients)
            socket = str(server.socket).replace("/", "%2F")
            ports = {"ldap": f"127.0.0.1:{server.port}", "ldaps": f"127.0.0.1:{port}", "ldapi": socket}
            made[name] = Running(server, ports)
        yield made
    finally:
        for running in made.values():
            running.server.stop()


@pytest.mark.parametrize("settings, asked, reason", CASES)
def test_certificates(
    settings: str,
    asked: tuple[str, str],
    reason: str,
    directories: dict[str, Running],
    tls_folder: Path,
    server_folder: Path,
) -> None:
    scheme, name = asked
    running = directories[name]
    place = f"{scheme}://{running.ports[scheme]}{SEARCH}"
    string = f"${{lookup ldap{{{place}}}}}"
    lines = settings.replace("TLS/", f"{tls_folder}/")
    shown = reason.replace("PORT", running.ports[scheme].rpartition(":")[2])
    expected = f'Failed: lookup of "{place}" gave DEFER: "{shown}"' if reason else "test"
    scope = scope_for("ldap", running.server.port, more=lines)
    assert answer(scope, string) == expected
    scope.world.close()
    assert answer(replayed(scope), string) == expected
    config = f"ldap_default_servers = 127.0.0.1::{running.server.port}\n{lines}\n"
    assert exim_says(server_folder, config, [string]) == [expected]


@pytest.mark.parametrize("scheme, start", [("ldaps", ""), ("ldap", START)])
@pytest.mark.parametrize("settings, served", [(CLIENT, True), ("", False)])
def test_certificate_of_the_client(
    scheme: str,
    start: str,
    settings: str,
    served: bool,
    directories: dict[str, Running],
    tls_folder: Path,
    server_folder: Path,
) -> None:
    """Which step fails without one is a matter of chance in TLS 1.3, in Exim, too."""
    running = directories["demanding"]
    string = f"${{lookup ldap{{{scheme}://{running.ports[scheme]}{SEARCH}}}}}"
    lines = (start + AUTHORITY + settings).replace("TLS/", f"{tls_folder}/")
    scope = scope_for("ldap", running.server.port, more=lines)
    ours = answer(scope, string)
    scope.world.close()
    for found in (ours, *exim_says(server_folder, lines, [string])):
        assert found == "test" if served else "gave DEFER: \"failed to bind the LDAP connection to server" in found


@pytest.mark.parametrize(
    "host, names, common, good",
    [
        ("ldap.example.org", [("DNS", "ldap.example.org")], "", True),
        ("LDAP.example.org", [("DNS", "ldap.EXAMPLE.org")], "", True),
        ("ldap.example.org", [("DNS", "*.example.org")], "", True),
        ("a.ldap.example.org", [("DNS", "*.example.org")], "", False),
        ("example.org", [("DNS", "*.example.org")], "", False),
        ("ldap.example.org", [("DNS", "other.example")], "ldap.example.org", False),
        ("ldap.example.org", [("IP Address", "192.0.2.1")], "ldap.example.org", True),
        ("ldap.example.org", [], "ldap.example.org", True),
        ("192.0.2.1", [("IP Address", "192.0.2.1")], "", True),
        ("192.0.2.1", [("DNS", "192.0.2.1")], "192.0.2.1", False),
        ("2001:db8::1", [("IP Address", "2001:DB8:0:0:0:0:0:1")], "", True),
    ],
)
def test_names_in_certificates(host: str, names: list[tuple[str, str]], common: str, good: bool) -> None:
    assert is_for_host({"subjectAltName": names, "subject": ((("commonName", common),),)}, host) is good
