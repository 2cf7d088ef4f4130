"""Work on all calls that a search finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from huiting.client.shapes.jobs import State, Trouble


class Act(StrEnum):
    """What is done of each call."""

    REMOVE = "remove"
    """Into the bin."""
    RESTORE = "restore"
    """Out of it: what one removal put there."""
    JUDGE = "judge"
    """Judged again by the rules in force."""
    HEAR = "hear"
    """Recognized again."""
    ASSIGN = "assign"
    """To be reviewed."""


@dataclass(frozen=True, slots=True)
class BulkCount:
    """How many calls are found."""

    count: int
    more: bool
    """There are more, and they were not counted."""
    newest: int
    """Given with the order, calls that come later are left alone."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """Work on many calls, and how far it is."""

    id: str
    act: Act
    state: State
    job: int | None
    """None when it is forgotten."""
    batch: str | None
    """In which calls are heard again."""
    total: int | None
    """Calls that were found; None where that is not told."""
    done: int
    """Calls of which it was done."""
    left: Mapping[str, int]
    """Calls of which it was not done, by why: `held`, `gone`, `silent`, `nothing`, `failed`."""
    trouble: Trouble | None
    """Of the last attempt that failed."""
    in_bin: int
    """Calls that it put into the bin and can bring back."""
    at: datetime
    ended_at: datetime | None
    """When all was gone through, or it ended."""
