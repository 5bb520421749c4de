"""The time of day (specification section 11.9)."""

from __future__ import annotations

from datetime import UTC, datetime

from exim_lang.expand.clock import bsd_inbox_time, full_time, local_time, log_time, zone_offset
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope


@variable("tod_bsdinbox")
def tod_bsdinbox(scope: Scope) -> bytes:
    return bsd_inbox_time(scope, scope.world.now())


@variable("tod_epoch")
def tod_epoch(scope: Scope) -> bytes:
    return b"%d" % int(scope.world.now())


@variable("tod_epoch_l")
def tod_epoch_l(scope: Scope) -> bytes:
    """In microseconds."""
    return b"%d" % int(scope.world.now() * 1_000_000)


@variable("tod_full")
def tod_full(scope: Scope) -> bytes:
    return full_time(scope, scope.world.now())


@variable("tod_log")
def tod_log(scope: Scope) -> bytes:
    return log_time(scope, scope.world.now())


@variable("tod_logfile")
def tod_logfile(scope: Scope) -> bytes:
    moment = local_time(scope, scope.world.now())
    return b"%04d%02d%02d" % (moment.year, moment.month, moment.day)


@variable("tod_zone")
def tod_zone(scope: Scope) -> bytes:
    return zone_offset(local_time(scope, scope.world.now())).encode("ascii")


@variable("tod_zulu")
def tod_zulu(scope: Scope) -> bytes:
    return datetime.fromtimestamp(int(scope.world.now()), UTC).strftime("%Y%m%d%H%M%SZ").encode("ascii")
