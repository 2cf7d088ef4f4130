"""When the call began, by its own clock: time of day and day of the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError
from huiting.core.judgement import EvidenceKind
from huiting.quality.operators._measured import whole
from huiting.quality.operators._options import refuse, some_of, texts
from huiting.quality.rules.asked import Context, Found, Hit, Scope


class Day(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_DAYS = tuple(Day)
_TWO = 2


def build(
    *, between: Sequence[str] | None = None, weekday: str | Sequence[str] | None = None
) -> "Began":
    """Ask for calls that began at some time of the day, on some days of the week.

    Args:
        between: two times such as 09:00 and 18:00; the second is outside. From 22:00 to
            06:00 is a night.
        weekday: of mon, tue, wed, thu, fri, sat, sun.

    Raises:
        ConfigError: an option is none of these, or none is given.
    """
    if between is None and weekday is None:
        refuse("began", "between", "nothing to compare with", "give between or weekday")
    return Began(
        None if between is None else _times(between),
        None if weekday is None else some_of("began", "weekday", weekday, Day),
    )


@dataclass(frozen=True, slots=True)
class Began:
    """An `Operator`."""

    between: tuple[time, time] | None = None
    days: frozenset[Day] | None = None
    hears: bool = False

    def find(self, dialogue: Dialogue, _scope: Scope, _context: Context) -> Found:
        """Compare the start of the call, whatever the scope.

        Raises:
            InputError: it is not known when the call began.
        """
        at = dialogue.started_at
        if at is None:
            raise InputError(
                dialogue.name, "when it began is not known", "give started_at in the metadata"
            )
        day = _DAYS[at.weekday()]
        hit = Hit(whole(dialogue), EvidenceKind.KNOWN, note=f"{day} {at:%H:%M}")
        holds = self._during(at.time()) and (self.days is None or day in self.days)
        return Found((hit,)) if holds else Found(nearest=hit)

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()

    def _during(self, at: time) -> bool:
        if self.between is None:
            return True
        start, end = self.between
        return start <= at < end if start < end else at >= start or at < end


def _times(between: object) -> tuple[time, time]:
    written = texts("began", "between", between)
    if len(written) != _TWO:
        refuse("began", "between", f"{between!r} is not two times", 'such as ["09:00", "18:00"]')
    return _time(written[0]), _time(written[1])


def _time(written: str) -> time:
    try:
        found = time.fromisoformat(written.zfill(5))
    except ValueError:
        refuse("began", "between", f"{written!r} is no time", 'such as "09:00", in quotes')
    if found.tzinfo is not None:
        refuse("began", "between", f"{written!r} has a zone", "the call's own clock is read")
    return found
