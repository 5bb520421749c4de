"""office_hours: whether it is working time, in an ACL.

    defer  !office_hours = 8-18
           message       = come back in the morning
"""

from __future__ import annotations

import time

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.registry import condition


@condition("office_hours")
def office_hours(check: Check) -> bool:
    """Whether the hour (UTC) lies in `FROM-TO`, the second not counted. The clock is the world's, which a test may fix."""
    first, dash, last = check.value.partition(b"-")
    if not (dash and first.strip().isdigit() and last.strip().isdigit()):
        raise AclError(f'office_hours: "{check.value.decode("latin-1")}" is not of the form FROM-TO')
    return int(first) <= time.gmtime(check.scope.world.now()).tm_hour < int(last)
