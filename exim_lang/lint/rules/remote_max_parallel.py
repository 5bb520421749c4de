"""Deliveries are more at once since 4.97.

`remote_max_parallel` is 4, and `queue_fast_ramp` is on: what counts on an order may be disappointed.

Bad (main, 4.92 to 4.99):

    queue_run_in_order = true

Good (main, 4.92 to 4.99):

    queue_run_in_order = true
    queue_fast_ramp = false
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.history import crosses
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("remote-max-parallel", group="upgrade", severity="info", since="4.97")
def check(survey: Survey) -> Iterator[Finding]:
    """`queue_run_in_order` without `queue_fast_ramp`, in an upgrade over 4.97."""
    use = survey.main_use("queue_run_in_order")
    if use is not None and crosses(survey, "4.97") and survey.main("queue_fast_ramp") is None:
        message = "since 4.97 queue_fast_ramp delivers while the queue is still read"
        yield use.finding(use.whole, message, help="queue_fast_ramp = false")
