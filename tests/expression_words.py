"""What random expansion strings are made of: values by the kind of place where they make sense.

In the data folder of the comparison stand `table`, `wild`, `ips`, `text` and `folder/`; `@` in a value is not special, `DATA`
is a macro for that folder in the configuration and is replaced in the strings.
"""

# ruff: noqa: E501

from __future__ import annotations

from exim_lang.expand.registry import VARIABLES as KNOWN
from exim_lang.model.dialect import dialect_for

UNUSED: dict[str, str] = {}
"""Names that no string contains, with the reason; filled from tests/cases/differential/excluded.txt."""


def _read_unused() -> None:
    from pathlib import Path

    path = Path(__file__).parent / "cases" / "differential" / "excluded.txt"
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            UNUSED[name] = reason.strip()


_read_unused()

_SET = ("sender_address", "sender_address_domain", "sender_address_local_part", "sender_host_address", "sender_host_port",
        "sender_host_name", "interface_address", "qualify_domain", "primary_hostname", "item", "value", "1", "0", "2",
        "sender_ident", "received_protocol", "acl_m_x", "acl_m0", "acl_c_y")  # fmt: skip
_KNOWN = sorted(name for name in KNOWN if name not in UNUSED and not dialect_for("4.96").lacks("variable", name))
VARIABLES = (*_SET * 8, *_KNOWN)

WORDS = ("a", "b", "abc", "ABC", "x", "1", "7", "42", " ", ":", ",", ";", "=", "-", ".", "@", "%", "/", "'", '"', "#", "\t", "é", "<", ">",
         "*", "?", "(", ")", "[", "]", "^", "|", "&", "~", "`", "_", "+", "!")  # fmt: skip
SPACES = (" ", "  ", "\t", " \t ")
TEXTS = (
    "", "a", "abc", "ABC", "aBc dEf", "hello world", " padded ", "0", "1", "-1", "42", "007", "0x1f", "1K", "2M", "3G", "1 + 2", "1.5",
    "a:b:c", "a : b : c", "<;a;b;c", "<, a, b", "a::b:c", ":a:", "a,b,c", "1:2:3", "user@example.test", "User.Name@Example.TEST",
    "<user@example.test>", "Some Body <some@body.test> (x)", '"quoted user"@example.test', "user", "example.test", "www.example.test",
    "10.0.0.1", "192.168.3.4", "10.0.0.0/8", "::1", "2001:db8::1", "fe80::1", "2001:db8::/32", "::ffff:10.0.0.1", "yes", "no", "true",
    "false", "key=value", 'a=1 b="two words" c=', "k: v", "=?UTF-8?Q?a=C3=A9?=", "caf\xc3\xa9", "\xe9", "abcdefghijklmnopqrstuvwxyz",
    "YWJj", "616263", "3d", "2h30m", "*", "a*b", "^a", "$", "100%", "it's", 'say "x"', "a/b", "/", "\t", "a\tb", "xn--bcher-kva.example",
    "b\xc3\xbccher.example", "<>", "@", "a@", "@b", "a b", "+ldom", "!x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
)  # fmt: skip
PATTERNS = ("^a", "a.c", "(a)(b)?", "^([^@]+)@(.*)$", "[0-9]+", "(?i)ABC", "", "a*", "(", "\\d", "b$", "(?<n>x)", "[", "x{2}", "\\bw", ".",
            "(.)(.)", "a|b", "^$", "\\.", "^\\s*", "[[:alpha:]]+")  # fmt: skip
_PROTECTED = tuple(f"\\N{pattern}\\N" for pattern in PATTERNS)
_LIST = ("", "a:b:c", "1:2:3", "3:1:2:10", "a : b : c", "<; a;b;c", "<,1,2,3", "a::b:", "a", "c:b:a:b", "<\\n a\\nb", "aa:bb:cc", ":", "::",
         "<;", "< a", "b:A:a:B", "a@b.c:d@e.f", "10.0.0.1:<x", "<; ::1 ; 10.0.0.1", "x=1:y=2:a=0")  # fmt: skip
_NUMBER = ("0", "1", "2", "-1", "42", "1K", "2m", "3G", " 5 ", "5 ", "0x10", "010", "99999999999", "", "a", "1a", "9223372036854775807",
           "-9223372036854775808", "9223372036854775808", "2147483648", "+3", "-", "1KK", "1 2")  # fmt: skip
_JSON = ('\\{"a":1,"b":"x y","c":[1,2,3]\\}', '\\{ "a" : "v" \\}', "[1,2,3]", '["a","b","c"]', '\\{"a":\\{"b":"c"\\}\\}', "[]", "\\{\\}", "",
         '"a"', "[1,", '\\{"key":"va\\\\"lue","k":null,"t":true\\}', '[ "x" , 2 ]', '\\{"a"', '["a:b","c,d"]')  # fmt: skip
_ADDRESS = ("user@example.test", "<user@example.test>", "Some Body <some@body.test>", '"quoted user"@example.test', "user", "", "@", "a@b",
            "a@b, c@d", "grp: a@b, c@d;", "(c) a@b", "<@r:u@d>", "u@[10.0.0.1]", "x@y.", "a..b@c", "x y@z", "User@EXAMPLE.test")  # fmt: skip
_IP = ("10.0.0.1", "192.168.3.4/24", "10.0.0.0/8", "::1", "2001:db8::1", "2001:db8::1/64", "::ffff:1.2.3.4", "1.2.3", "300.1.1.1", "", "x",
       "fe80::1%eth0", "2001:0db8:0000:0000:0000:0000:0000:0001", "1.2.3.4/33", "::/0", "10.0.0.1/0", "1:2:3:4:5:6:7:8:9")  # fmt: skip
_EVAL = ("1+2", "1 + 2 * 3", "(1+2)*3", "7/2", "7%0", "1/0", "-5", "~0", "1<<4", "256>>2", "0x1f & 7", "5 | 8", "6 ^ 3", "010", "1K", "2M*2",
         "3G", "((1)", "1+", "", "a", "1 2", "9223372036854775807+1", "-9223372036854775808/-1", "5--3", "5- -3", "!1", "08", "1<<64",
         "not", "1 + (2", "1)", "10K/3", "-7/2", "-7%3", "7%-3", "1G*1G*16", "0b1", "0x", "0xfg", "- 5", "+5", "~5&3")  # fmt: skip

OPERANDS = {
    "eval": "eval", "eval10": "eval", "address": "address", "addresses": "address", "local": "address", "domain": "address",
    "mask": "ip", "ipv6norm": "ip", "ipv6denorm": "ip", "reverse": "ip", "listcount": "list", "listnamed": "named list",
    "base62": "number", "base62d": "digits", "base32": "number", "base32d": "digits", "time": "time", "hex2b64": "hex",
    "base64d": "base64", "rfc2047d": "mime", "stat": "path", "randint": "one", "from": "text8", "utf8clean": "text8",
    "utf8": "domain", "expand": "expand", "strlen": "text8", "escape": "text8", "quote": "text8", "rxquote": "text8",
}  # fmt: skip
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "eval": _EVAL,
    "address": _ADDRESS,
    "ip": _IP,
    "list": _LIST,
    "number": _NUMBER,
    "json": _JSON,
    "named list": ("ldom", "hl", "al", "lpl", "outer", "nosuch", "", "hidl", "+ldom"),
    "digits": ("", "1", "a", "Zz9", "10", "abc", "!", "gezdgnbv", "AAAAAAAAAAAAAAAAAAAA"),
    "time": ("0", "59", "60", "3600", "86399", "604800", "1w2d3h4m5s", "1d", "2h30m", "", "x", "5", "1s1m", "1w1w", "999999999999", "-1"),
    "hex": ("", "616263", "6", "xyz", "00ff", "AB", "0"),
    "base64": ("", "YWJj", "YQ==", "YQ", "!!", "YWJj YWJj", "=", "4pyT", "YWJjZA"),
    "mime": ("=?UTF-8?Q?a=C3=A9?=", "=?iso-8859-1?q?=E9?=", "=?utf-8?b?YWJj?=", "=?x?y?z?=", "=?UTF-8?Q?a?= =?UTF-8?Q?b?=", "plain",
             "=?nosuch?q?a?=", "=?utf-8?q?", "=?utf-8?b?*?="),
    "path": ("DATA/text", "DATA/none", "", "/"),
    "one": ("1", "0", "x", ""),
    "text8": ("caf\xc3\xa9", "\xff\xfe", "\xc3", "\xe2\x82\xac", "\\x01\\x7f", "a b", 'a"b\\\\c', "\xf0\x9f\x98\x80", "\xed\xa0\x80", "a\\nb"),
    "domain": ("xn--bcher-kva.example", "b\xc3\xbccher.example", "example.test", "xn--", "\xff.test", "", ".", "EXAMPLE.Test",
               "xn--b\xc3\xbccher"),
    "expand": ("\\$sender_address", "\\${lc:ABC\\}", "\\$", "abc", "\\${if\\}", "a\\\\nb", "\\$nosuch"),
    "pairs": ('a=1 b="two words" c=', "a=1 b=2", "key=value", "A: x b:y", "", "a = 1", "a=1,b=2", 'a="x\\\\"y"', "novalue", "=x"),
    "key": ("a", "b", "A", "key", "nosuch", "c", "", "k"),
    "separators": (":", ",", ":,", " ", "", "/", ".", "\\n"),
    "fields": ("a:b:c", "1,2,3", "a::c", "", "x", "a b c", "root:x:0:0"),
    "words": ("a b", "'x y'", '"q"', "$sender_address", "", "-n x", "a\\\\ b", "'"),
    "comparator": ("<", "<=", ">", ">=", "lt", "le", "gt", "ge", "lti", "gti", "eq", "x", "="),
    "user": ("root", "nosuchuser", "daemon", ""),
    "file": ("DATA/table", "DATA/none", "DATA/wild", "DATA/ips", "table", "", "DATA/folder"),
    "directory": ("DATA/folder", "DATA/none", "DATA/table", "folder"),
    "lookup key": ("a", "b", "abc", "nosuch", "user@example.test", "www.example.test", "10.0.0.1", "A", "one", "", "*", "fe80::1", "../x"),
    "env 1": ("PATH", "GREETING", "NOSUCH", ""),
    "listextract 1": ("1", "2", "-1", "0", "x", "5", "", " 1"),
    "listextract 2": _LIST,
    "listquote 1": (":", ",", ";", "", "ab", " "),
    "listquote 2": ("a:b", "a,b", ":", "", "::"),
    "sg 2": _PROTECTED,
    "sg 3": ("x", "", "\\$1", "[\\$0]", "\\$2\\$1", "$1", "\\\\1", "\\${1\\}", "\\$"),
    "tr 2": ("abc", "a", "", "abcdefgh"),
    "tr 3": ("xyz", "x", "", "A"),
    "hash 1": ("1", "5", "10", "0", "x", "-1", ""),
    "hash 2": ("1", "26", "62", "63", "abc", "x"),
    "nhash 1": ("8", "10", "0x", "", "-1", "100"),
    "nhash 2": ("8", "10", "abc", "", "64"),
    "length 1": ("1", "5", "0", "-1", "x", ""),
    "substr 1": ("0", "1", "3", "-1", "-3", "x", "", "10"),
    "substr 2": ("0", "1", "3", "abc", "10"),
    "hmac 1": ("md5", "sha1", "sha256", "x", "", "MD5"),
    "imapfolder 2": ("", "/", ".", "ab"),
    "imapfolder 3": ("", "*", "\\\\"),
    "prvs 1": ("user@example.test", "user", "", "a@b"),
    "prvs 3": ("0", "5", "12", "x"),
    "prvscheck 1": ("prvs=0000000000=user@example.test", "user@example.test", "x", ""),
    "readfile 1": ("DATA/text", "DATA/none", "DATA/folder", ""),
    "readfile 2": ("", ":", "<>"),
    "readsocket 1": ("DATA/none", "", "x"),
    "acl 1": ("yes", "no", "nosuch", "defer", "drop", "message", ""),
    "authresults 1": ("mx.example.org", ""),
    "certextract 1": ("subject", "version", "x", "issuer,CN"),
    "certextract 2": ("$tls_in_peercert", "$tls_out_ourcert", "x", "tls_in_peercert", "$tls_in_cipher"),
    "dlfunc 1": ("/nonexistent/x.so", ""),
    "perl 1": ("f", ""),
    "match 2": _PROTECTED,
    "match 1": ("abc", "user@example.test", "aXc", "a\\nb"),
    "inlist 1": ("a", "b", "", "A", "1"),
    "inlist 2": _LIST,
    "inlisti 1": ("A", "b", ""),
    "inlisti 2": _LIST,
    "isip 1": _IP,
    "isip4 1": _IP,
    "isip6 1": _IP,
    "bool 1": ("yes", "no", "true", "false", "1", "0", "", " yes ", "x", "-5", "00"),
    "bool_lax 1": ("yes", "no", "true", "false", "1", "0", "", " x ", "NO", "00"),
    "exists 1": ("DATA/text", "DATA/none", "DATA/folder", "", "x"),
    "crypteq 1": ("secret", "x", ""),
    "crypteq 2": ("{md5}Xr4ilOzQ4PCOq3aQ0qbuaQ==", "{md5}5ebe2294ecd0e0f08eab7690d2a6ee69", "{sha1}x", "{crypt}ab", "{crypt16}abcdefgh",
                  "plain", "", "\\{sha1\\}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4", "\\{md5\\}x", "\\{x\\}y"),
    "inbound_srs 1": ("SRS0=abcd=XY=example.test=user", "user", ""),
    "inbound_srs 2": ("secret", ""),
    "srs_encode 2": ("user@example.test", "x"),
    "yes": ("yes", "$value", "$1", "<$value>", "$0"),
    "no": ("no", "$value"),
    "ip list": ("10.0.0.1",),
}  # fmt: skip
LOOKUPS = ("lsearch", "lsearch*", "lsearch*@", "partial-lsearch", "partial1-lsearch", "partial(.)lsearch*", "wildlsearch", "nwildlsearch",
           "iplsearch", "net-iplsearch", "dsearch", "dsearch,ret=full", "dsearch,filter=dir", "passwd", "nosuch", "lsearch,ret=full",
           "lsearch,ret=key", "net24-iplsearch", "partial-dsearch", "lsearch,x")  # fmt: skip
LIST_OPTIONS: dict[str, tuple[str, ...]] = {
    "domain": ("example.test", "*.test", "+ldom", "!a : *", "\\N^(ex).*$\\N", "+nosuch", "DATA/table", "lsearch;DATA/table", "", "a : b", "*",
               "partial-lsearch;DATA/table", "$sender_address_domain", "!+ldom", "<; a ; *.test", "^a", "\\N(\\N"),
    "address": ("user@example.test", "*@example.test", "+al", "!a@b : *", "\\N^user\\N", "@@lsearch;DATA/table", "example.test", "", ":",
                "lsearch;DATA/table", "*@*.test", "user@+ldom"),
    "local part": ("user", "us*", "*er", "+lpl", "!user", "\\N^u\\N", "lsearch;DATA/table", "", "x : y : user"),
    "ip list": ("10.0.0.1", "10.0.0.0/8", "<; ::1 ; 10.0.0.1", "+hl", "!10.0.0.1 : *", "*", "", "net-lsearch;DATA/ips", "net24-iplsearch;DATA/ips",
                "DATA/ips", "x.y", "2001:db8::/32", "10.0.0.1 : 192.168.0.0/16"),
}  # fmt: skip
