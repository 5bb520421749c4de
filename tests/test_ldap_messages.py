"""LDAP searches as bytes, beside those of ldap3."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from exim_lang.expand.ldap_messages import DEREFERENCES, SCOPES, Entry, element, number, read_answer, search_request

PLAIN = [
    b"(o=test)",
    b"o=test",
    b"(objectClass=*)",
    b"(&(uid=joe)(mail=joe@example.org))",
    b"(|(a=1)(!(b=2))(&(c=3)(d=4)))",
    b"(cn=a\\2ab\\28c\\29)",
    b"(cn=)",
    b"(description;lang-de=" + b"x" * 200 + b")",
]
NOT_PLAIN = [b"(a=x*)", b"(a>=1)", b"(a~=1)", b"(a:=1)", b"(&)", b"(!(a=1)(b=2))", b"(a=1", b"(a=1)x", b""]
NOT_PLAIN += [b"(a=\\zz)", b"(1=2)"]


def by_ldap3(message: int, dn: str, wanted: str, scope: str, dereference: str, attributes: list[str]) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import ldap3
        from ldap3.operation.search import search_operation
        from ldap3.protocol.rfc4511 import LDAPMessage, MessageID, ProtocolOp
        from ldap3.utils import asn1

        request: Any = search_operation(
            dn, wanted, scope, getattr(ldap3, f"DEREF_{dereference}"), attributes, 100, 200, False, False, False
        )
        made: Any = LDAPMessage()
        made["messageID"] = MessageID(message)
        made["protocolOp"] = ProtocolOp().setComponentByName("searchRequest", request)
        encoder: Any = asn1
        return bytes(encoder.encode(made))


@pytest.mark.parametrize("wanted", PLAIN)
@pytest.mark.parametrize("scope, dereference", [("BASE", "NEVER"), ("LEVEL", "SEARCH"), ("SUBTREE", "ALWAYS")])
def test_request(wanted: bytes, scope: str, dereference: str) -> None:
    text = wanted.decode() if wanted.startswith(b"(") else f"({wanted.decode()})"
    for message in (1, 127, 128, 70000):
        made = search_request(
            message, b"o=test", SCOPES[scope], DEREFERENCES[dereference], 100, 200, wanted, (b"cn", b"mail")
        )
        assert made == by_ldap3(message, "o=test", text, scope, dereference, ["cn", "mail"])


@pytest.mark.parametrize("wanted", NOT_PLAIN)
def test_what_is_left_to_the_library(wanted: bytes) -> None:
    assert search_request(1, b"", 0, 0, 0, 0, wanted, (b"*",)) is None


def test_depth() -> None:
    assert search_request(1, b"", 0, 0, 0, 0, b"(!" * 1000 + b"(a=b)" + b")" * 1000, (b"*",)) is None


def said(tag: int, *contents: bytes, message: int = 300) -> bytes:
    return element(0x30, number(message), element(tag, *contents))


def found(dn: bytes, **attributes: list[bytes]) -> bytes:
    lists = [
        element(0x30, element(4, name.encode()), element(0x31, *(element(4, value) for value in values)))
        for name, values in attributes.items()
    ]
    return said(0x64, element(4, dn), element(0x30, *lists))


DONE = said(0x65, number(0, 0x0A), element(4), element(4))
TWO = [Entry(b"cn=a", [(b"cn", [b"a"]), (b"mail", [b"x" * 300, b"y"])]), Entry(b"cn=b", [])]


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    yield from (data[at : at + size] for at in range(0, len(data), size))
    yield b""


@pytest.mark.parametrize("size", [1, 2, 7, 100, 10000])
def test_answer(size: int) -> None:
    data = found(b"cn=a", cn=[b"a"], mail=[b"x" * 300, b"y"]) + found(b"cn=b") + DONE
    left = pieces(data, size)
    assert read_answer(lambda _: next(left), 300) == TWO


@pytest.mark.parametrize(
    "data",
    [
        said(0x65, number(32, 0x0A), element(4, b"o=x"), element(4, b"no such object")),
        said(0x73, element(4, b"ldap://other/")) + DONE,
        found(b"cn=a") + said(0x65, number(4, 0x0A), element(4), element(4)),
    ],
)
def test_answer_that_is_left_to_the_library(data: bytes) -> None:
    left = pieces(data, 1000)
    assert read_answer(lambda _: next(left), 300) is None


@pytest.mark.parametrize("data", [b"", DONE[:5], said(0x65, number(0, 0x0A), message=7), b"\x30\x02\x02\x05", b"\x30\x00"])
def test_broken_answer(data: bytes) -> None:
    left = pieces(data, 1000)
    with pytest.raises(ConnectionResetError):
        read_answer(lambda _: next(left), 300)
