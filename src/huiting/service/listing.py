"""How a list of calls is to be asked for those that a report counts."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from huiting.insights.fields import BUILT_IN, Filter


def when(ends: Sequence[datetime]) -> Iterator[tuple[str, str]]:
    """Yield how a list of calls is asked for a stretch of time.

    Args:
        ends: when it begins, and when it is over.
    """
    for name, end in zip(("since", "until"), ends, strict=True):
        yield name, f"{end:%Y-%m-%dT%H:%M:%SZ}"


def asked(wanted: Filter) -> Iterator[tuple[str, str]]:
    """Yield what a list of calls is to be asked for, as far as it can be."""
    for name, values in wanted.fields.items():
        if len(values) != 1 or name in _UNLISTED:
            continue
        if name in _LISTED:
            yield _LISTED[name], values[0]
        else:
            yield "metadata", f"{name}:{values[0]}"


def whole(wanted: Filter) -> bool:
    """Tell whether `asked` says all of a filter; otherwise it means other calls too."""
    single = all(len(values) == 1 for values in wanted.fields.values())
    return single and not (wanted.since or wanted.until or _UNLISTED & wanted.fields.keys())


_LISTED = {"agent": "agent", "team": "team", "language": "language", "intent": "intent",
           "topic": "intent", "outcome": "outcome"}  # fmt: skip
"""Fields that lists of calls are filtered by, and what the filter is called there."""
_UNLISTED = frozenset(BUILT_IN) - _LISTED.keys() - {"direction"}
