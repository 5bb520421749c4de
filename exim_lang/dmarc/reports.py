"""What Exim writes to `dmarc_history_file`, and the forensic report that a domain may have asked for (section 58.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from exim_lang.expand.state import Report
from exim_lang.expand.variables.options import primary_hostname

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exim_lang.dmarc.evaluate import Verdict
    from exim_lang.expand.scope import Scope

_POLICY: Final = {"norecord": 14, "accept": 15, "reject": 16, "quarantine": 17, "none": 18}
_ACTION: Final = {"reject": 0, "accept": 2, "none": 2, "norecord": 2, "quarantine": 4}
_RESULT: Final = {"pass": 0, "softfail": 2, "neutral": 3, "temperror": 4, "permerror": 5, "none": 6, "fail": 7, "invalid": 3}
_UNKNOWN: Final = 8
"""Numbers of opendmarc."""


def history(scope: Scope, verdict: Verdict) -> Report | None:
    """The lines for the file, in the form that opendmarc imports; None where no file is wanted."""
    name = history_file(scope)
    if not name or verdict.record is None:
        return None
    return Report("dmarc history", name, "".join(f"{line}\n" for line in _lines(scope, verdict)).encode("latin-1"))


def history_file(scope: Scope) -> bytes:
    """The name of the file, which is expanded since Exim 4.99."""
    text = scope.config.text("dmarc_history_file")
    if text is None:
        return b""
    return scope.expand(text) if scope.config.dialect.version >= (4, 99) else text.encode()


def _lines(scope: Scope, verdict: Verdict) -> Iterator[str]:
    record = verdict.record
    assert record is not None
    message = scope.message
    yield f"job {message.id.decode('latin-1')}"
    yield f"reporter {primary_hostname(scope).decode('latin-1')}"
    yield f"received {int(scope.world.now())}"
    yield f"ipaddr {scope.connection.host_address.decode('latin-1')}"
    yield f"from {verdict.domain}"
    yield f"mfrom {(message.sender or b'').rpartition(b'@')[2].decode('latin-1')}"
    if verdict.spf_result is not None:
        yield f"spf {_RESULT.get(verdict.spf_result, _UNKNOWN)}"
    for one in verdict.signatures:
        selector = one.tags.get(b"s", b"").decode("latin-1")
        yield f"dkim {one.domain.decode('latin-1')} {selector} {_RESULT.get(one.outcome.status, _UNKNOWN)}"
    yield f"pdomain {verdict.used_domain}"
    yield f"policy {_POLICY[verdict.status]}"
    yield from (f"rua {one}" for one in record.rua or ("-",))
    yield f"pct {record.pct}"
    yield f"adkim {ord(record.adkim)}"
    yield f"aspf {ord(record.aspf)}"
    yield f"p {ord(record.p[0])}"
    yield f"sp {ord(record.sp[0]) if record.sp else 0}"
    yield f"align_dkim {4 if verdict.dkim_aligned else 5}"
    yield f"align_spf {4 if verdict.spf_aligned else 5}"
    yield f"action {_ACTION[verdict.status]}"


def forensic(scope: Scope, verdict: Verdict) -> Iterator[Report]:
    """The reports for the addresses that the record names: where the ACL wants them, and the message was not accepted."""
    record = verdict.record
    wanted = "dmarc_enable_forensic" in scope.message.controls and verdict.status in ("reject", "quarantine")
    if record is None or not wanted:
        return
    lines = {
        "Sender Domain": verdict.used_domain,
        "Sender IP Address": scope.connection.host_address.decode("latin-1"),
        "Received Date": scope.expand("$tod_full").decode("latin-1"),
        "SPF Alignment": "yes" if verdict.spf_aligned else "no",
        "DKIM Alignment": "yes" if verdict.dkim_aligned else "no",
        "DMARC Results": verdict.text,
    }
    sender = scope.config.text("dmarc_forensic_sender") or scope.config.text("dsn_from")
    head = {
        "From": scope.expand(sender).decode("latin-1") if sender is not None else "",
        "Subject": f"DMARC Forensic Report for {verdict.used_domain} from IP {lines['Sender IP Address']}",
    }
    body = "".join(f"{name}: {value}\n" for name, value in lines.items())
    for uri in record.ruf:
        if uri.lower().startswith("mailto:"):
            to = uri[len("mailto:") :].lower()
            text = "".join(f"{name}: {value}\n" for name, value in (head | {"To": to}).items() if value)
            yield Report("dmarc forensic", to.encode("latin-1"), f"{text}\n{body}".encode("latin-1"))
