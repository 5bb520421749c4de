"""Writes constant databases."""

from __future__ import annotations

import struct


def cdb(records: dict[bytes, bytes]) -> bytes:
    """A constant database, written after its published description."""
    tables: list[list[tuple[int, int]]] = [[] for _ in range(256)]
    body = b""
    for key, value in records.items():
        code = 5381
        for byte in key:
            code = ((code * 33) ^ byte) & 0xFFFFFFFF
        tables[code & 0xFF].append((code, 2048 + len(body)))
        body += struct.pack("<II", len(key), len(value)) + key + value
    header = b""
    for table in tables:
        slots = [(0, 0)] * (2 * len(table))
        for code, place in table:
            at = (code >> 8) % len(slots)
            while slots[at][1]:
                at = (at + 1) % len(slots)
            slots[at] = (code, place)
        header += struct.pack("<II", 2048 + len(body), len(slots))
        body += b"".join(struct.pack("<II", *slot) for slot in slots)
    return header + body
