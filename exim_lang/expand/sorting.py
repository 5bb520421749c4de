"""`${sort`: putting a list in order (specification section 11.5)."""

from __future__ import annotations

from collections.abc import Callable

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import CONDITIONS, Condition
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import COLON, SPACES, join_list, quote_item, separator_change, split_list
from exim_lang.expand.unread import COMPARATORS, comparator_name, no_condition
from exim_lang.taint import class_of

Part = Callable[[Scope], bytes]


def comparator(name: bytes) -> Condition:
    """The condition that `${sort` compares by."""
    text = name.decode("latin-1")
    word = comparator_name(text)
    if not word:
        raise ExpansionError(no_condition(text))
    entry = CONDITIONS.get(word)
    if entry is None:
        raise ExpansionError("")  # so it is in Exim, which forgets to say what is wrong
    if entry.name not in COMPARATORS:
        raise ExpansionError("comparator not handled for sort")
    return entry


def goes_before(entry: Condition, key: bytes, other: bytes) -> bool:
    """Whether the comparator puts `key` before `other`; where one of them is no number it never does."""
    try:
        return bool(entry.function(key, other))
    except ExpansionError:
        return False


def comparable(entry: Condition, key: bytes) -> bool:
    """Whether a key has its place in an order: for the comparators of numbers one that is a number."""
    try:
        entry.function(key, key)
    except ExpansionError:
        return False
    return True


def place(entry: Condition, key: bytes, done: list[tuple[bytes, bytes]], ordered: bool) -> int:
    """Where the first key stands that `key` goes before; in a list that is `ordered` it is found by halving."""
    if not ordered:
        return next((n for n, (_, other) in enumerate(done) if goes_before(entry, key, other)), len(done))
    low, high = 0, len(done)
    while low < high:
        middle = (low + high) // 2
        if goes_before(entry, key, done[middle][1]):
            high = middle
        else:
            low = middle + 1
    return low


def sort_key(scope: Scope, text: str, body: Part) -> bytes:
    """What an item is compared by, which must not be empty."""
    try:
        key = body(scope)
    except ExpansionError as error:
        error.message = f'field-extract in sort: "{text}"'
        raise
    if not key:
        raise ExpansionError(f'field-extract in sort: "{text}"')
    return key


def sort_list(scope: Scope, items: bytes, order: bytes, text: str, body: Part) -> bytes:
    """`${sort`: each item goes before the first one that the comparator puts it before; `text` is that of the body."""
    entry = comparator(order)
    older = scope.config.dialect.version < (4, 99)
    separator = separator_change(items, tainted_too=older) or COLON
    saved = scope.item
    done: list[tuple[bytes, bytes]] = []
    changed = False
    ordered = True
    try:
        for scope.item in split_list(items, tainted_too=older):
            key = sort_key(scope, text, body)
            if changed:
                done = reread(done, separator)
            changed = changed or not survives(scope.item, key, separator)
            ordered = ordered and comparable(entry, key)
            done.insert(place(entry, key, done, ordered and not changed), (scope.item, key))
    finally:
        scope.item = saved
    values = [value for value, _ in done]
    return chained(values, separator) if changed else join_list(values, separator)


def survives(item: bytes, key: bytes, separator: int) -> bool:
    """Whether an item and its key are the same when they are taken from a list again."""
    return all(part and separator not in part and part.strip(SPACES) == part for part in (item, key))


def chained(values: list[bytes], separator: int) -> bytes:
    """A list as Exim makes it here: with nothing that keeps empty items, and separators that begin one, from getting lost."""
    mark = bytes([separator])
    text = b""
    for value in values:
        text += (mark if text else b"") + quote_item(value, separator)
    return class_of(values)(text)


def reread(done: list[tuple[bytes, bytes]], separator: int) -> list[tuple[bytes, bytes]]:
    """What comes of the items and the keys in the two lists in which Exim keeps them between one item and the next."""
    values = list(split_list(chained([value for value, _ in done], separator), separator))
    keys = list(split_list(chained([key for _, key in done], separator), separator))
    if len(keys) < len(values):
        raise ExpansionError("Internal error in sort (list mismatch)")
    return list(zip(values, keys, strict=False))
