"""The order of calls and segments as numbers: by the start of the call, then by place.

A call's clock is the second in which it begins * 2^11 + a number among the calls of that
second; a segment's id is its call's clock * 2^20 + its place. Where a second is full, calls go
on in the seconds after it, within a day. So a stretch of time is a range of clocks and of ids.
"""

from datetime import datetime

from huiting.store.schema import instant

ORDINAL_BITS = 20
CALL_BITS = 11
DAY = 86_400
_LAST_SECOND = 2**32 - 1 - DAY
"""In 2106; a day is left for calls that find their second full."""


def second(time: datetime) -> int:
    """Return the second since 1970 that a call is ordered by; far times share the ends."""
    return min(max(int(instant(time).timestamp()), 0), _LAST_SECOND)


def earliest(since: datetime) -> int:
    """Return the least clock that a call has which began then or later."""
    return second(since) << CALL_BITS


def latest(until: datetime) -> int:
    """Return the greatest clock that a call may have which began before.

    It is a day late, for calls that found their second full.
    """
    return ((second(until) + 1 + DAY) << CALL_BITS) - 1
