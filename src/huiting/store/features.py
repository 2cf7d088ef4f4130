"""Look for calls by what is measured and heard of them, and show those numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, exists, select

from huiting.core.meaning import OutcomeKind
from huiting.core.types import EventLabel
from huiting.store._narrow import Kind
from huiting.store.schema import MeasureRow, RecordingRow, SoundRow

Bounds = tuple[float | None, float | None]
"""At least, at most; None for no bound."""


class Measure(StrEnum):
    """A number of a call. Shares are in [0, 1], times in seconds, rates in units a minute."""

    SILENCE = "silence_ratio"
    LONGEST_SILENCE = "longest_silence"
    DEAD_AIR = "dead_air"
    HOLD = "hold"
    OVERLAP = "overlap_ratio"
    INTERRUPTIONS = "interruptions"
    """By the agent."""
    AGENT_SHARE = "agent_share"
    """Of all talk time."""
    AGENT_RATE = "agent_rate"
    CUSTOMER_RATE = "customer_rate"
    RESPONSE = "response"
    """Median time in which the agent answers; negative when usually before the customer ends."""


@dataclass(frozen=True, slots=True)
class Features:
    """What calls must have; all that is said must hold."""

    sound: EventLabel | None = None
    """It is heard."""
    outcome: OutcomeKind | None = None
    measured: Mapping[Measure, Bounds] = field(default_factory=dict)
    """A call without the number is left out."""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what a recording must be."""
        if self.sound is not None:
            yield exists().where(
                SoundRow.recording == RecordingRow.key, SoundRow.label == self.sound.value
            )
        own = list(self._numbers())
        if own:
            yield exists().where(MeasureRow.recording == RecordingRow.key, and_(*own))

    def kinds(self) -> Iterator[Kind]:
        """Yield what calls must be, each by itself."""
        if self.sound is not None:
            yield Kind(SoundRow.recording, (SoundRow.label == self.sound.value,))
        own = tuple(self._numbers())
        if own:
            yield Kind(MeasureRow.recording, own)

    def _numbers(self) -> Iterator[ColumnElement[bool]]:
        if self.outcome is not None:
            yield MeasureRow.outcome == self.outcome.value
        for measure, (least, most) in self.measured.items():
            column = getattr(MeasureRow, measure.value)
            if least is not None:
                yield column >= least
            if most is not None:
                yield column <= most
            if least is None and most is None:
                yield column.is_not(None)


ANY = Features()


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is measured of a call; see `Measure`."""

    outcome: OutcomeKind | None
    measured: Mapping[Measure, float | None]


def numbers(connection: Connection, ids: Sequence[str]) -> dict[str, Numbers]:
    """Return what is measured of calls, by their ids."""
    columns = [getattr(MeasureRow, measure.value) for measure in Measure]
    rows = connection.execute(
        select(RecordingRow.id, MeasureRow.outcome, *columns)
        .join(MeasureRow, MeasureRow.recording == RecordingRow.key)
        .where(RecordingRow.id.in_(ids))
    )
    return {
        call: Numbers(
            None if outcome is None else OutcomeKind(outcome),
            dict(zip(Measure, values, strict=True)),
        )
        for call, outcome, *values in rows
    }
