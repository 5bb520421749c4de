"""The part of the compiler that writes `{yes}{no}`, which stand behind everything that can succeed or fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exim_lang.expand.emitter import Value, constant
from exim_lang.expand.fault import Fault
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.expand.compile import Writer


def branches(
    w: Writer,
    name: str,
    truth: str,
    strings: Sequence[tree.String],
    default: Value,
    fail: bool,
    fault: Fault | None,
    span: Span,
    before_no: str = "",
) -> Value:
    """Writes the strings behind the item `name`, which succeeded when `truth` holds; without any, `default` is its result.

    The string that is not wanted is read all the same. `before_no` is a line of code that runs before the second one.
    """
    if fault and not strings:
        return w.fail(fault)
    yes = strings[0] if strings else None
    no = strings[1] if len(strings) > 1 else None
    result = w.out.fresh()
    with w.out.block(f"if {truth}:"):
        taken = w.string(yes) if yes is not None else default
        w.out.line(f"{result} = {taken.code}")
        if yes is not None and yes.closed and no is not None:
            w.skip(no)
        if fault and fault.message != fault.skipped().message:
            w.fail(fault.skipped())
    with w.out.block("else:"):
        if yes is not None:
            if not before_no and "${reduce" in w.text:
                saved = w.out.fresh("saved")
                w.out.line(f"{saved} = s.value")
                before_no = f"s.value = {saved}"
            w.skip(yes)
        if before_no:
            w.out.line(before_no)
        if yes is not None and fail and no is None:
            if fault:
                w.fail(fault)
            w.out.line(f"forced({name!r})", span)
        other = w.string(no) if no is not None else constant(b"")
        w.out.line(f"{result} = {other.code}")
    if fault:
        w.fail(fault)
    return Value(result, taken.trusted and other.trusted)
