"""Deliveries as lines of text and as JSON data."""

from __future__ import annotations

import re
from typing import assert_never

from exim_lang.transport.delivery import (
    CommandTarget,
    Delivery,
    FileTarget,
    HostsTarget,
    QueueTarget,
    ReplyTarget,
    SocketTarget,
    Target,
    TargetHost,
)

PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")


def text(value: bytes) -> str:
    """Bytes as a person reads them."""
    return value.decode("utf-8", "backslashreplace")


def as_data(delivery: Delivery) -> dict[str, object]:
    """The delivery as JSON data; what is empty is left out."""
    data: dict[str, object] = {
        "addresses": [text(one.address) for one in delivery.addresses],
        "router": delivery.router,
        "transport": delivery.transport,
        "status": delivery.status,
        "log": list(delivery.log),
    }
    if delivery.message:
        data["errno"], data["message"] = delivery.errno, delivery.message
    if delivery.frozen:
        data["frozen"] = True
    if delivery.target is not None:
        data |= target_data(delivery.target)
        data["return_path"] = text(delivery.return_path)
        if delivery.identity.uid != -1:
            data |= {"uid": delivery.identity.uid, "gid": delivery.identity.gid}
            data["current_directory"] = text(delivery.identity.directory)
            data["home_directory"] = None if delivery.identity.home is None else text(delivery.identity.home)
    copy = delivery.copy
    lines: dict[str, list[str]] = {
        "headers_added": [text(line).rstrip("\n") for line in copy.added],
        "headers_removed": [text(line).rstrip("\n") for line in copy.removed],
        "headers_rewritten": [text(after).rstrip("\n") for _, after in copy.rewritten],
        "signatures": [text(line).rstrip("\n") for line in delivery.signatures],
        "transport_filter": [text(word) for word in delivery.transport_filter],
        "notes": list(delivery.notes),
    }
    data |= {name: values for name, values in lines.items() if values}
    if delivery.shadow is not None:
        data["shadow"] = as_data(delivery.shadow)
    if delivery.events:
        data["events"] = [
            {"option": one.option, "event": one.name, **({"error": one.error} if one.error else {"value": text(one.value)})}
            for one in delivery.events
        ]
    return data


def target_data(target: Target) -> dict[str, object]:
    """Where the message goes, as JSON data."""
    match target:
        case FileTarget():
            data: dict[str, object] = {
                "directory" if target.is_directory else "file": text(target.path),
                "format": target.format,
                "mode": f"{target.mode:04o}",
            }
            sizes = {
                "quota": target.quota,
                "quota_filecount": target.quota_filecount,
                "quota_warn_threshold": target.quota_warn_threshold,
            }
            names = {"file_name": target.file_name, "maildir_tag": target.tag}
            return data | {k: v for k, v in sizes.items() if v} | {k: text(v) for k, v in names.items() if v}
        case CommandTarget():
            data = {"command": [text(word) for word in target.arguments]}
            if target.lmtp:
                data |= {"protocol": "lmtp", "recipients": [text(one) for one in target.recipients]}
            if target.environment:
                data["environment"] = {text(name): text(value) for name, value in target.environment}
            return data | {"timeout": target.timeout, "umask": f"{target.umask:03o}"}
        case SocketTarget(path, timeout, recipients):
            return {"socket": text(path), "timeout": timeout, "recipients": [text(one) for one in recipients]}
        case HostsTarget():
            data = {"hosts": [host_data(host) for host in target.hosts], "protocol": target.protocol}
            data |= {"recipients": [text(one) for one in target.recipients], "helo": text(target.helo)}
            data |= {"interface": text(target.interface)} if target.interface else {}
            return data | ({"randomize": True} if target.randomize else {})
        case ReplyTarget():
            data = {"reply": text(target.message), "recipients": [text(one) for one in target.recipients], "sent": target.sent}
            files = {"log_file": target.log, "once": target.once}
            data |= {name: text(path) for name, path in files.items() if path}
            return data | ({"once_repeat": target.once_repeat} if target.once_repeat else {})
        case QueueTarget(directory):
            return {"queue_directory": text(directory)}
        case _:
            assert_never(target)


def host_data(host: TargetHost) -> dict[str, object]:
    """A host as JSON data."""
    data: dict[str, object] = {
        "name": text(host.name),
        "address": None if host.address is None else text(host.address),
        "port": host.port,
        "tls": host.tls,
    }
    if host.mx >= 0:
        data["mx"] = host.mx
    return data | {key: value for key in ("auth", "verify", "dane", "ocsp", "prdr") if (value := getattr(host, key))}


def text_lines(delivery: Delivery) -> list[str]:
    """The delivery as lines: what the log would say, and what stands behind that."""
    lines = list(delivery.log)
    if delivery.target is not None:
        lines += [f"  {line}" for line in target_lines(delivery.target)]
        lines.append(f"  return path <{text(delivery.return_path)}>")
        identity = delivery.identity
        if identity.uid != -1:
            home = "" if identity.home is None else f" home {text(identity.home)}"
            lines.append(f"  as uid {identity.uid} gid {identity.gid} in {text(identity.directory)}{home}")
    copy = delivery.copy
    for word, found in (
        ("signature", delivery.signatures),
        ("added", copy.added),
        ("removed", copy.removed),
        ("rewritten", tuple(after for _, after in copy.rewritten)),
    ):
        lines += [f"  {word} {line}" for one in found for line in text(one).rstrip("\n").splitlines()]
    if delivery.transport_filter:
        lines.append(f"  through {command_line(delivery.transport_filter)}")
    lines += [f"  log {note}" for note in delivery.notes]
    for event in delivery.events:
        outcome = f"failed: {event.error}" if event.error else f'"{text(event.value)}"'
        lines.append(f"  {event.option} {event.name}: {outcome}")
    if delivery.shadow is not None:
        lines += [f"  shadow {line}" for line in text_lines(delivery.shadow)]
    return lines


def target_lines(target: Target) -> list[str]:
    """Where the message goes."""
    match target:
        case FileTarget():
            what = "directory" if target.is_directory else "file"
            name = f" name {text(target.file_name)}" if target.file_name else f" tag {text(target.tag)}" if target.tag else ""
            quota = f" quota {target.quota}" if target.quota else ""
            return [f"{what} {text(target.path)} ({target.format}, mode {target.mode:04o}){name}{quota}"]
        case CommandTarget():
            head = "LMTP command" if target.lmtp else "command"
            shown = [f"{text(name)}={text(value)}" for name, value in target.environment]
            return [f"{head} {command_line(target.arguments)}", *(f"  {line}" for line in shown)]
        case SocketTarget(path, _, _):
            return [f"LMTP socket {text(path)}"]
        case HostsTarget():
            lines = [host_line(host) for host in target.hosts]
            lines += [f"fallback {host_line(host)}" for host in target.fallback]
            return [*lines, *(f"recipient {text(one)}" for one in target.recipients)]
        case ReplyTarget():
            if not target.sent:
                return ["no message is sent: there are no recipients"]
            to = ", ".join(text(one) for one in target.recipients)
            return [f"new message to {to}", *(f"| {line}" for line in text(target.message).splitlines())]
        case QueueTarget(directory):
            return [f"spool files copied to {text(directory)}"]
        case _:
            assert_never(target)


def host_line(host: TargetHost) -> str:
    """A host and what is demanded of it."""
    address = "unknown" if host.address is None else text(host.address)
    words = [f"host {text(host.name)} [{address}]:{host.port} TLS {host.tls}"]
    words += [f"{word} {value}" for word in ("auth", "verify", "dane", "ocsp", "prdr") if (value := getattr(host, word))]
    return ", ".join(words)


def command_line(arguments: tuple[bytes, ...]) -> str:
    """Arguments with quotes where a shell would want them."""
    return " ".join(word if PLAIN.fullmatch(word) else "'" + word.replace("'", "'\\''") + "'" for word in map(text, arguments))
