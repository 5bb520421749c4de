"""ldap, ldapm, ldapdn, ldapauth: directories (specification 9.14 to 9.19).

A fixture is of kind "ldap"; its call is the query without its password, for `ldapm` and `ldapdn` behind the name of the
type and a space. For `ldapauth` the kind is "ldapauth", the call the whole query, the answer true or false. A connection
stays open for the run, and bound for as long as the user is the same.
"""

from __future__ import annotations

import os
import re
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from exim_lang.errors import EximLangError
from exim_lang.expand.ldap_messages import DEREFERENCES, SCOPES, Entry, read_answer, search_request
from exim_lang.expand.ldap_names import is_for_host
from exim_lang.expand.ldap_query import LdapQuery, ldap_data, parse_ldap_query
from exim_lang.expand.sql_servers import NoOtherServer, default_servers, server_text
from exim_lang.expand.string_list import split_list
from exim_lang.records import dataclass
from exim_lang.search.answers import answered
from exim_lang.search.registry import SearchDeferred, lookup_type
from exim_lang.world.fixtures import Json, to_text

if TYPE_CHECKING:
    from ldap3 import Connection

    from exim_lang.expand.scope import Scope

_NOT_PLAIN: Final = re.compile(rb"[^!$'\-._()*+A-Za-z0-9]")
_NOT_IN_FILTERS: Final = re.compile(rb"[^!$'\-._+A-Za-z0-9]")
_PASSWORD: Final = re.compile(rb'(?i)\bpass\s*=\s*("(?:[^"\\]|\\.)*"|\S*)\s*')
_PORT: Final = 389
_DEREFERENCE: Final = {b"searching": "SEARCH", b"finding": "FINDING_BASE", b"always": "ALWAYS"}
_INVALID_CREDENTIALS: Final = 49
_NAME_ERRORS: Final = range(32, 37)
_SIZE_LIMIT: Final = 4
_WORDS: Final = {
    1: "Operations error",
    2: "Protocol error",
    3: "Time limit exceeded",
    7: "Authentication method not supported",
    8: "Strong(er) authentication required",
    10: "Referral",
    11: "Administrative limit exceeded",
    12: "Critical extension is unavailable",
    13: "Confidentiality required",
    16: "No such attribute",
    17: "Undefined attribute type",
    18: "Inappropriate matching",
    21: "Invalid syntax",
    32: "No such object",
    33: "Alias problem",
    34: "Invalid DN syntax",
    36: "Alias dereferencing problem",
    48: "Inappropriate authentication",
    49: "Invalid credentials",
    50: "Insufficient access",
    51: "Server is busy",
    52: "Server is unavailable",
    53: "Server is unwilling to perform",
    54: "Loop detected",
    80: "Internal (implementation specific) error",
}


def _url(value: bytes) -> bytes:
    return _NOT_PLAIN.sub(lambda found: b"%%%02X" % found[0][0], value)


def _in_filter(found: re.Match[bytes]) -> bytes:
    return (b"%%5C%02X" if found[0] in b"*()\\" else b"%%%02X") % found[0][0]


def _quote(value: bytes, option: str | None) -> bytes | None:
    """Quotes for a filter, with the option `dn` for a distinguished name."""
    if option is None:
        return _NOT_IN_FILTERS.sub(_in_filter, value)
    if option != "dn":
        return None
    front = len(value) - len(value.lstrip(b" #"))
    end = len(value.rstrip(b" ")) if front < len(value) else front
    quoted = []
    for at, byte in enumerate(value):
        special = at < front or at >= end or byte in b',+"\\<>;'
        quoted.append((b"%5C" if special else b"") + _url(bytes([byte])))
    return b"".join(quoted)


@lookup_type("ldap", kind="query", quote=_quote, quoter="ldap")
def ldap(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The attributes of the only entry."""
    return _look_up(scope, "ldap", bytes(key))


@lookup_type("ldapm", kind="query", quote=_quote, quoter="ldap")
def ldapm(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The attributes of all entries, one a line."""
    return _look_up(scope, "ldapm", bytes(key))


@lookup_type("ldapdn", kind="query", quote=_quote, quoter="ldap")
def ldapdn(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The distinguished name of the only entry."""
    return _look_up(scope, "ldapdn", bytes(key))


@lookup_type("ldapauth", kind="query")
def ldapauth(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """An empty string when the server takes the user and the password, None when it does not."""

    def live() -> Json:
        try:
            return _ask(scope, "ldapauth", bytes(key)) is not None
        except SearchDeferred as error:
            return {"defer": error.message}

    match scope.world.consult("ldapauth", bytes(key), live, True):
        case bool(valid):
            return b"" if valid else None
        case {"defer": str(message)}:
            raise SearchDeferred(message)
        case other:
            raise EximLangError(f'fixture "ldapauth" "{to_text(bytes(key))}": {other!r} is neither true nor false')


@dataclass(slots=True)
class _Link:
    """A connection, and who it is bound as."""

    connection: Connection
    user: bytes | None = None
    password: bytes | None = None


def _look_up(scope: Scope, name: str, query: bytes) -> bytes | None:
    call = _PASSWORD.sub(b"", query)
    return answered(scope, "ldap", call if name == "ldap" else name.encode() + b" " + call, lambda: _ask(scope, name, query))


def _ask(scope: Scope, name: str, text: bytes) -> bytes | None:
    """Asks one server after the other."""
    query = parse_ldap_query(text)
    if name == "ldapauth":
        if "user" not in query.settings or "pass" not in query.settings:
            raise SearchDeferred("ldapauth lookups must specify the username and password")
        if not query.settings["user"] or not query.settings["pass"]:
            return None
    servers = query.settings.get("servers")
    listed = default_servers(scope, "ldap_default") if servers is None else list(split_list(servers))
    failed: SearchDeferred | None = None
    if servers is None and "ldap_default_servers" not in scope.config.main:
        listed = [b""]
    for server in [query.url.host] if query.url.host else listed:
        host, colon, digits = server.partition(b":") if not query.url.host else (server, b"", b"")
        port = query.url.port if query.url.host else int(digits) if colon and digits.isdigit() else 0
        try:
            found = _search(scope, name, query, host, port or _PORT)
        except NoOtherServer:
            raise
        except SearchDeferred as error:
            failed = error
            continue
        return None if found is None else found.partition(b"\0")[0]
    raise failed or SearchDeferred("")


def _search(scope: Scope, name: str, query: LdapQuery, host: bytes, port: int) -> bytes | None:
    if host.lower().startswith(b"%2f"):
        host = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), host)
    if query.url.scheme == "ldapi" and host and not host.startswith(b"/"):
        raise SearchDeferred(f'ldapi requires an absolute path ("{host.decode("latin-1")}" given)')
    place = host if host.startswith(b"/") else (host or b"NULL") + b":%d" % port
    shown = place.decode("latin-1")
    ldap3, errors = _library()
    wait = query.number("nettime") or max(1, int(scope.world.timeout))
    pooled = place + b" " + query.url.scheme.encode() + b" %d" % wait
    failed = f"failed to bind the LDAP connection to server {shown} - "
    try:
        link = scope.world.connections.get("ldap", pooled, lambda: _Link(_connection(scope, query, host, port, wait)), _close)
    except errors.LDAPSSLConfigurationError as error:  # a file of certificates that is not there
        raise SearchDeferred(failed + "ldap_bind() returned -1") from error
    try:
        try:
            if not _bind(scope, link, query, name == "ldapauth", failed):
                return None
            if name == "ldapauth":
                return b""
            failed = ""
            entries = _plain_search(link.connection, query)
            if entries is not None:
                return _found(name, query, entries)
            url = query.url
            level: Any = "SUBTREE" if url.scope == "CHILDREN" else url.scope
            attributes = [attribute.decode("latin-1") for attribute in url.attributes]
            link.connection.search(
                url.dn.decode("utf-8", "replace"),
                _filter(url.filter),
                level,
                getattr(ldap3, "DEREF_" + _DEREFERENCE.get(query.settings.get("dereference", b"").lower(), "NEVER")),
                attributes or ["*"],
                query.number("size"),
                query.number("time"),
            )
        except errors.LDAPInvalidFilterError as error:
            raise SearchDeferred("ldap_search failed: -7, Bad search filter") from error
        except (errors.LDAPExceptionError, OSError) as error:
            timed_out = re.search("timed out|temporarily", str(error)) is not None
            if failed:
                raise SearchDeferred(failed + f"LDAP error: {'timeout' if timed_out else 'result retrieval failed'}") from error
            raise SearchDeferred(
                "ldap_result timed out" if timed_out else "ldap_result failed: -1, Can't contact LDAP server"
            ) from error
    except SearchDeferred:
        scope.world.connections.drop("ldap", pooled)
        raise
    return _result(name, query, link.connection.result, link.connection.response or [])


@cache
def _library() -> tuple[Any, Any]:
    """ldap3 and its exceptions, which take a while to load."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # ldap3 is older than the newest pyasn1
        import ldap3
        from ldap3.core import exceptions
    return ldap3, exceptions


def _plain_search(connection: Any, query: LdapQuery) -> list[Entry] | None:
    """What a search finds that can be asked for without the library, and whose answer needs nothing of it; else None."""
    url = query.url
    message = connection.server.next_message_id()
    request = search_request(
        message,
        url.dn.decode("utf-8", "replace").encode(),
        SCOPES[url.scope],
        DEREFERENCES[_DEREFERENCE.get(query.settings.get("dereference", b"").lower(), "NEVER")],
        query.number("size"),
        query.number("time"),
        url.filter,
        url.attributes or (b"*",),
    )
    if request is None:
        return None
    connection.socket.sendall(request)
    return read_answer(connection.socket.recv, message)


def _connection(scope: Scope, query: LdapQuery, host: bytes, port: int, wait: int) -> Connection:
    import ldap3  # loaded by the caller

    if host.startswith(b"/"):
        server = ldap3.Server("ldapi://" + os.fsdecode(host), connect_timeout=wait, get_info=ldap3.NONE)
    else:
        secure = query.url.scheme == "ldaps"
        server = ldap3.Server(
            os.fsdecode(host) or "localhost",
            port,
            use_ssl=secure,
            tls=_tls(scope) if secure or _wants_tls(scope) else None,
            connect_timeout=wait,
            get_info=ldap3.NONE,
            allowed_referral_hosts=[("*", False)],
        )
    return ldap3.Connection(
        server,
        check_names=False,
        auto_referrals=query.settings.get("referrals", b"").lower() != b"nofollow",
        receive_timeout=wait,
        return_empty_attributes=False,
        auto_escape=False,
        auto_encode=False,
    )


def _wants_tls(scope: Scope) -> bool:
    return scope.config.option("ldap_start_tls") is True


def _tls(scope: Scope) -> Any:
    """The main options about certificates as ldap3 takes them."""
    import ssl

    import ldap3

    def text(option: str) -> str | None:
        value = scope.config.text(option)
        return str(value) if value is not None else None

    needs = {"hard": ssl.CERT_REQUIRED, "demand": ssl.CERT_REQUIRED, "try": ssl.CERT_OPTIONAL, "allow": ssl.CERT_NONE}
    return ldap3.Tls(
        local_private_key_file=text("ldap_cert_key"),
        local_certificate_file=text("ldap_cert_file"),
        ca_certs_file=text("ldap_ca_cert_file"),
        ca_certs_path=text("ldap_ca_cert_dir"),
        validate=needs.get(text("ldap_require_cert") or "hard", ssl.CERT_NONE),
        ciphers=text("ldap_cipher_suite"),
        valid_names=["*"],  # see _check_name: the library leaves open what it refuses
    )


def _check_name(connection: Any) -> None:
    """Raises OSError when the server's certificate is to be good, and is for another host."""
    import ssl

    if not isinstance(connection.socket, ssl.SSLSocket) or connection.server.tls.validate == ssl.CERT_NONE:
        return
    if not is_for_host(connection.socket.getpeercert() or {}, connection.server.host):
        raise ssl.SSLCertVerificationError(f"the certificate is not for {connection.server.host}")


def _bind(scope: Scope, link: _Link, query: LdapQuery, only_checking: bool, failed: str) -> bool:
    """Binds unless that user is bound; False when a password that is to be checked is wrong. Raises SearchDeferred."""
    user, password = query.settings.get("user", b""), query.settings.get("pass", b"")
    if (user, password) == (link.user, link.password):
        return True
    from ldap3.core.exceptions import LDAPExceptionError
    from ldap3.protocol.rfc4511 import AuthenticationChoice, BindRequest, Simple, Version

    connection = link.connection
    if connection.closed:
        no_tls = failed.replace("bind the LDAP connection", "initiate TLS processing on an LDAP session")
        step = "opening"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # ldap3 compares names with what Python will lose
                connection.open(read_server_info=False)
                _check_name(connection)
                if _wants_tls(scope) and query.url.scheme != "ldapi":
                    step = "starting"
                    if not connection.start_tls(read_server_info=False):  # it has TLS already
                        raise SearchDeferred(f"{no_tls}ldap_start_tls_s() returned 1: Operations error")
                    _check_name(connection)
        except (LDAPExceptionError, OSError) as error:
            if connection.socket is not None:
                connection.socket.close()  # ldap3 leaves it open
            words = failed + "ldap_bind() returned -1"
            if step == "starting":
                words = f"{no_tls}ldap_start_tls_s() returned -11: Connect error"
            elif _wants_tls(scope) and query.url.scheme != "ldapi":
                words = f"{no_tls}ldap_start_tls_s() returned -1: Can't contact LDAP server"
            raise SearchDeferred(words) from error
    request: Any = BindRequest()
    request["version"] = Version(3)
    request["name"] = user
    request["authentication"] = AuthenticationChoice().setComponentByName("simple", Simple(password))
    message: Any = connection.send("bindRequest", request, None)
    code = int(connection.post_send_single_response(message)[0]["result"])
    if only_checking and code == _INVALID_CREDENTIALS:
        return False
    if code:
        raise SearchDeferred(failed + f"LDAP error {code}: {_WORDS.get(code, 'Unknown error')}")
    link.user, link.password = user, password
    return True


def _filter(text: bytes) -> str:
    """The filter for ldap3, where all that is not plain in a value is escaped, so that it stays what it is."""
    if text != text.strip():
        raise SearchDeferred("ldap_search failed: -7, Bad search filter")
    if not text.startswith(b"("):
        text = b"(" + text + b")"

    def value(match: re.Match[bytes]) -> bytes:
        return b"=" + re.sub(rb"[^\w*\\.@-]", lambda found: b"\\%02x" % found[0][0], match[1])

    return re.sub(rb"=([^()]*)", value, text).decode("latin-1")


def _result(name: str, query: LdapQuery, result: Any, response: list[Any]) -> bytes | None:
    code = int(result["result"])
    if code in _NAME_ERRORS:
        return None
    if code not in (0, _SIZE_LIMIT):
        details = "".join(f"/{server_text(result[key])}" for key in ("message", "dn") if result[key])
        raise SearchDeferred(f"LDAP search failed - error {code}: {_WORDS.get(code, 'Unknown error')}{details}")
    entries = [
        Entry(
            bytes(entry["raw_dn"]),
            [
                (attribute.encode("latin-1"), [bytes(value) for value in values])
                for attribute, values in entry["raw_attributes"].items()
            ],
        )
        for entry in response
        if entry["type"] == "searchResEntry"
    ]
    return _found(name, query, entries)


def _found(name: str, query: LdapQuery, entries: list[Entry]) -> bytes | None:
    """The entries as the lookup type gives them."""
    if query.url.scope == "CHILDREN":
        base = query.url.dn.lower()
        entries = [entry for entry in entries if entry.dn.lower() != base]
    if name != "ldapm" and len(entries) > 1:
        words = f"more than one entry ({len(entries)}) was returned (filter not specific enough?)"
        raise NoOtherServer(f"LDAP search: {words}")
    if name == "ldapdn":
        return entries[0].dn if entries else None
    text: bytes | None = None
    for entry in entries:
        if text is not None:
            text += b"\n"
        if entry.attributes:
            text = (text or b"") + ldap_data(entry.attributes, len(query.url.attributes))
    return text


def _close(link: _Link) -> None:
    from ldap3.core.exceptions import LDAPExceptionError

    try:
        link.connection.unbind()
    except (LDAPExceptionError, OSError):
        pass  # it was broken
    finally:
        if link.connection.socket is not None:
            link.connection.socket.close()
