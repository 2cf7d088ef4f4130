"""Read what rules need of all calls, and what they last said of them.

Newest first, a batch of calls at a time, each batch in a transaction of its own: memory is
bounded, and a writer waits for nobody.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, null, or_, select

from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Judgement, Verdict
from huiting.store import _dialogue_codec
from huiting.store._analysis_codec import analysis_of
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store._judge import Said, judgement_of, said_of
from huiting.store._save import set_dialogues
from huiting.store.calls import StoredCall, Which
from huiting.store.schema import (
    AnalysisRow,
    DialogueRow,
    FindingRow,
    JudgementRow,
    RecordingRow,
)

Build = Callable[[Analysis], Dialogue]


@dataclass(frozen=True, slots=True)
class Kept:
    """A call as rules read it, and what they last said of it."""

    dialogue: Dialogue
    version: int
    """Of the analysis it was made of."""
    rules: str | None
    """Digest of those that judged it last; None when none has."""
    body: bytes | None = None
    """What they said, as it is stored."""

    @property
    def said(self) -> Said:
        """What each rule said last; empty when none has."""
        return said_of(self.body)

    @property
    def judgement(self) -> Judgement | None:
        """All that was said last; None when nothing was."""
        return None if self.body is None else judgement_of(self.body, self.dialogue.name)


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """The current verdict of a rule on a call."""

    call: str
    """Id of the recording."""
    name: str
    started_at: datetime | None
    rule: str
    version: int
    """Of the rule."""
    verdict: Verdict
    effect: float


def read(
    database: Database, which: Which, build: Build, size: int, *, judged: bool, keep: bool = True
) -> Iterator[Sequence[Kept]]:
    """Yield batches of at most `size` calls.

    Args:
        database: where they are.
        which: the calls that are wanted.
        build: makes a dialogue where none is kept that can be read.
        size: calls read at a time.
        judged: whether the current judgements are wanted too.
        keep: whether dialogues that are made are kept.
    """
    chosen = _chosen(judged=judged).where(*which.conditions())
    chosen = chosen.order_by(RecordingRow.clock.desc()).limit(size)
    page = chosen
    while True:
        with database.reading() as connection:
            rows = connection.execute(page).all()
            kept = {row.key: _dialogue_codec.decode(row.dialogue) for row in rows}
            made = {
                row.key: _built(connection, row, build) for row in rows if kept[row.key] is None
            }
        if keep:
            fresh = [(row.key, row.analysis, made[row.key]) for row in rows if row.key in made]
            _keep(database, fresh)
        yield [
            Kept(kept[row.key] or made[row.key], row.analysis, row.judgement, row.judged)
            for row in rows
        ]
        if len(rows) < size:
            return
        page = chosen.where(RecordingRow.clock < rows[-1].clock)


def slices(connection: Connection, which: Which, size: int) -> list[Which]:
    """Return the calls in stretches of `size`, by their clocks, the latest first."""
    chosen = select(RecordingRow.clock).where(*which.conditions())
    clocks = connection.scalars(chosen.order_by(RecordingRow.clock.desc()))
    return [replace(which, clocks=(stretch[-1], stretch[0])) for stretch in clocks.partitions(size)]


def findings(
    database: Database, which: Which, rule: str | None, verdict: Verdict | None, size: int
) -> Iterator[StoredFinding]:
    """Yield current verdicts, the latest call first; `size` calls are read at a time."""
    chosen = (
        select(
            RecordingRow.clock, RecordingRow.id, RecordingRow.name, RecordingRow.started_at,
            FindingRow.rule, FindingRow.version, FindingRow.verdict, FindingRow.effect,
        )
        .join(FindingRow, FindingRow.recording == RecordingRow.key)
        .where(*which.conditions())
        .order_by(RecordingRow.clock.desc(), FindingRow.rule)
    )  # fmt: skip
    if rule is not None:
        chosen = chosen.where(FindingRow.rule == storable(rule))
    if verdict is not None:
        chosen = chosen.where(FindingRow.verdict == verdict.value)
    after: tuple[int, str] | None = None
    while True:
        page = chosen if after is None else chosen.where(_following(*after))
        with database.reading() as connection:
            rows = connection.execute(page.limit(size)).all()
        yield from map(_finding, rows)
        if len(rows) < size:
            return
        after = rows[-1].clock, rows[-1].rule


def judgement(connection: Connection, call: StoredCall) -> Judgement | None:
    """Return the current judgement of a call; None when it has none."""
    body = connection.scalar(
        select(JudgementRow.body).join(RecordingRow, _CURRENT).where(RecordingRow.id == call.id)
    )
    return None if body is None else judgement_of(body, call.name)


_CURRENT = and_(
    JudgementRow.recording == RecordingRow.key, JudgementRow.rules == RecordingRow.judgement
)


def _chosen(*, judged: bool) -> Select[*tuple[Any, ...]]:
    body = JudgementRow.body if judged else null()
    chosen = select(
        RecordingRow.key, RecordingRow.clock, RecordingRow.name, RecordingRow.analysis,
        RecordingRow.judgement, DialogueRow.body.label("dialogue"), body.label("judged"),
    ).outerjoin(
        DialogueRow,
        and_(
            DialogueRow.recording == RecordingRow.key,
            DialogueRow.version == RecordingRow.analysis,
        ),
    )  # fmt: skip
    return chosen.outerjoin(JudgementRow, _CURRENT) if judged else chosen


def _built(connection: Connection, row: Row[*tuple[Any, ...]], build: Build) -> Dialogue:
    """Make a dialogue of the analysis, which is kept in full."""
    body = connection.scalar(
        select(AnalysisRow.body).where(
            AnalysisRow.recording == row.key, AnalysisRow.version == row.analysis
        )
    )
    assert body is not None  # a recording's current version is always there
    return build(analysis_of(body, row.name))


def _keep(database: Database, made: Sequence[tuple[int, int, Dialogue]]) -> None:
    """Keep dialogues that were made anew, unless their calls changed or went meanwhile."""
    if not made:
        return
    bodies = {key: (version, _dialogue_codec.encode(dialogue)) for key, version, dialogue in made}
    with database.writing() as connection:
        now = connection.execute(
            select(RecordingRow.key, RecordingRow.analysis).where(RecordingRow.key.in_(bodies))
        )
        set_dialogues(
            connection,
            [(key, *bodies[key]) for key, version in now if bodies[key][0] == version],
        )


def _following(clock: int, rule: str) -> ColumnElement[bool]:
    same = and_(RecordingRow.clock == clock, FindingRow.rule > rule)
    return or_(RecordingRow.clock < clock, same)


def _finding(row: Row[*tuple[Any, ...]]) -> StoredFinding:
    started = None if row.started_at is None else datetime.fromisoformat(row.started_at)
    verdict = Verdict(row.verdict)
    return StoredFinding(row.id, row.name, started, row.rule, row.version, verdict, row.effect)
