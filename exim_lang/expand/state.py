"""What the variables are read from: the connection, the message, the address, the process.

Plain data that the SMTP session, the router engine or a test fills in. Strings are `bytes`, tainted as Exim has them;
None means "never set", which only `def:` and a few messages tell from empty. Times are seconds since the epoch.
"""

from __future__ import annotations

from exim_lang.records import dataclass, field


@dataclass(slots=True)
class Tls:
    """What is known of one TLS connection, as a stated fact; `active` False means clear text."""

    active: bool = False
    cipher: bytes = b""
    cipher_std: bytes = b""
    bits: int = 0
    version: bytes = b""
    certificate_verified: bool = False
    peer_dn: bytes = b""
    peer_certificate: bytes | None = None
    our_certificate: bytes | None = None
    sni: bytes = b""
    ocsp: int = 0
    resumption: int = 0
    on_connect: bool = False


@dataclass(slots=True)
class Connection:
    """The client at the other end and what it said before any message."""

    host_address: bytes = b""
    host_port: int = 0
    host_name: bytes | None = None
    host_aliases: tuple[bytes, ...] = ()
    host_name_looked_up: bool = False
    host_lookup_failed: bool = False
    host_lookup_deferred: bool = False
    host_lookup_message: bytes = b""
    """Why the lookup of the host name failed, in parentheses, with a space in front."""
    host_dnssec: bool = False
    helo_name: bytes | None = None
    helo_verified: bool = False
    helo_verify_failed: bool = False
    ident: bytes | None = None
    interface_address: bytes = b""
    interface_port: int = -1
    received_protocol: bytes = b""
    authenticated_by: bytes = b""
    authenticated_id: bytes = b""
    authenticated_fail_id: bytes = b""
    authentication_failed: bool = False
    auth_values: tuple[bytes, ...] = ()
    command: bytes = b""
    command_argument: bytes = b""
    command_history: list[bytes] = field(default_factory=list)
    notquit_reason: bytes = b""
    count_helo: int = 0
    is_smtp: bool = False
    is_esmtp: bool = False
    is_local: bool = False
    hosts_trusted: bool = False
    proxy: bool = False
    proxy_local_address: bytes = b""
    proxy_local_port: int = 0
    proxy_external_address: bytes = b""
    proxy_external_port: int = 0
    tls_in: Tls = field(default_factory=Tls)
    tls_out: Tls = field(default_factory=Tls)
    """The TLS connection to another host that a delivery has made."""
    helo_dnssec: bool = False
    connection_id: bytes = b""
    active_hostname: bytes = b""
    """`$smtp_active_hostname`; empty stands for the primary host name."""
    count_at_start: int = 0
    atrn_host: bytes = b""
    atrn_mode: bytes = b""
    acl_c: dict[str, bytes] = field(default_factory=dict)
    """`$acl_c...` by what follows `acl_c`: `0`, `_name`; see exim_lang.expand.dynamic_variables."""
    controls: dict[str, bytes] = field(default_factory=dict)
    """What `control =` set for the rest of the connection: name to the options behind its first slash (or b"")."""


@dataclass(slots=True)
class Header:
    """One header line: `text` is all of it, name, colon, continuation lines and the final newline.

    `kind` is Exim's letter for it: `F` From, `T` To, `C` Cc, `B` Bcc, `R` Reply-To, `S` Sender, `I` Message-ID,
    `P` Received, `*` removed or rewritten away, a space for the rest.
    """

    text: bytes
    kind: str = " "

    @property
    def name(self) -> bytes:
        return self.text.partition(b":")[0].rstrip(b" \t")

    @property
    def value(self) -> bytes:
        """Everything behind the colon."""
        return self.text.partition(b":")[2]


@dataclass(slots=True)
class FailedVerification:
    """How `verify = sender` went wrong; the SMTP session tells the client before the first refusal, and then sets `told`.

    `message` is for the log, `user_message` for the client; `kind` is "postmaster" or "callback" where the callout failed on
    the postmaster, or before it got to the address.
    """

    address: bytes
    deferred: bool = False
    message: bytes | None = None
    user_message: bytes | None = None
    kind: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class AddedHeader:
    """A header line that an ACL added and that is not among the others yet; `text` as in Header.

    `position` is where it goes: "top", "received" (behind the last Received: line), "rfc" (behind the first run of
    Received: and Resent- lines) or "bottom".
    """

    text: bytes
    position: str = "bottom"


@dataclass(frozen=True, slots=True)
class Report:
    """What Exim would have written to a file, or sent, besides the messages that it takes.

    `kind` is "dmarc history" or "dmarc forensic"; `to` the file, or the address that the report would have gone to. With
    "ocsp", `to` is the file of a proof that TLS clients get, and `text` what they would make of it; with "brightmail", `to` is
    `bmi_config_file`, and `text` the recipients and what the server would be told of them.
    """

    kind: str
    to: bytes
    text: bytes


@dataclass(slots=True)
class Message:
    """One message: its envelope and, once received, its headers and body."""

    id: bytes = b""
    sender: bytes | None = None
    recipients: list[bytes] = field(default_factory=list)
    recipients_total: int = 0
    recipients_deferred: int = 0
    recipients_failed: int = 0
    authenticated_sender: bytes = b""
    headers: list[Header] | None = None
    added_headers: list[AddedHeader] = field(default_factory=list)
    removed_headers: list[bytes] = field(default_factory=list)
    """Lists of names (or, since Exim 4.97, patterns) that ACLs asked to remove; see exim_lang.expand.header_changes."""
    warnings_logged: set[str] = field(default_factory=set)
    """Lines of the verb `warn` that were logged: each is once a message."""
    body: bytes = b""
    received: bool = False
    size: int = 0
    declared_size: int | None = None
    linecount: int = 0
    max_received_linelength: int = 0
    received_time: float = 0.0
    dsn_ret: int = 0
    dsn_envid: bytes = b""
    smtputf8: bool = False
    acl_m: dict[str, bytes] = field(default_factory=dict)
    """`$acl_m...` by what follows `acl_m`."""
    controls: dict[str, bytes] = field(default_factory=dict)
    """What `control =` set for this message: name to the options behind its first slash (or b"")."""
    sender_verify_failed: FailedVerification | None = None
    facts: dict[str, bytes] = field(default_factory=dict)
    """Variables that content scanning, SPF, DKIM, ... set, by variable name."""
    recipients_visible: bool = False
    """Whether `$recipients` may be read outside the ACLs that always may (a system filter, local_scan())."""
    return_path: bytes | None = None
    received_for: bytes = b""
    prdr_requested: bool = False
    bmi_optin: dict[bytes, bytes] = field(default_factory=dict)
    """What the modifier `bmi_optin` said, by recipient."""
    queue_name: bytes = b""
    age: int = 0
    body_linecount: int | None = None
    """Lines of the body, for a message whose body is not at hand; None: count them. So for the other two."""
    body_zerocount: int | None = None
    body_size: int | None = None
    received_count: int | None = None
    """`$received_count` where it is not the number of Received: lines in `headers`."""


@dataclass(slots=True)
class Address:
    """The address that is being checked, routed or delivered."""

    local_part: bytes = b""
    domain: bytes = b""
    caseful_local_part: bytes | None = None
    """The local part with the letters that the client used, where `local_part` is in lower case; None: the same."""
    prefix: bytes | None = None
    prefix_v: bytes | None = None
    suffix: bytes | None = None
    suffix_v: bytes | None = None
    local_part_data: bytes | None = None
    domain_data: bytes | None = None
    address_data: bytes | None = None
    parent: Address | None = None
    original: Address | None = None
    router_variables: dict[str, bytes] = field(default_factory=dict)
    router_name: bytes = b""
    transport_name: bytes = b""
    home: bytes | None = None
    local_user_uid: int = -1
    local_user_gid: int = -1
    self_hostname: bytes | None = None
    address_file: bytes | None = None
    address_pipe: bytes | None = None
    host: bytes | None = None
    """`$host` and the two after it: the remote host that a router or the smtp transport works on."""
    host_address: bytes | None = None
    host_port: int = 0


@dataclass(slots=True)
class Process:
    """The Exim process that this pretends to be."""

    caller_uid: int = 0
    caller_gid: int = 0
    pid: int = 0
    originator_uid: int = 0
    originator_gid: int = 0
    sender_name: bytes = b""
    config_file: bytes = b""
    config_dir: bytes = b""
    compile_number: int = 1
    load_average: int = 0
    queue_running: bool = False
    first_delivery: bool = False
    exim_uid: int | None = None
    """None: what `exim_user` says. So for the group."""
    exim_gid: int | None = None
    initial_cwd: bytes = b""
    filter_counters: list[int] | None = None
    """`$n0` to `$n9` while an Exim filter runs, else None: the variables do not exist then."""
    system_filter_counters: list[int] = field(default_factory=lambda: [0] * 10)
    facts: dict[str, bytes] = field(default_factory=dict)
    """Variables that outlive a message, by variable name: `runrc`, `ldap_dn`, `lookup_dnssec_authenticated`, ..."""

