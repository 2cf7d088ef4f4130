"""Write calls: what is done inside one transaction.

`prepare` does all that needs no database, so that the lock is held briefly.
"""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from huiting.core.analysis import Analysis
from huiting.core.codec import to_json
from huiting.core.dialogue import Dialogue
from huiting.core.errors import HuitingError, InputError
from huiting.core.types import Segment
from huiting.store import _dialogue_codec, _measure
from huiting.store._changing import changed, left
from huiting.store._clock import CALL_BITS, ORDINAL_BITS, second
from huiting.store._fold import fold, storable
from huiting.store._index import LINE, SegmentIndex
from huiting.store._sound import sound
from huiting.store.schema import (
    AnalysisRow,
    DialogueRow,
    FactsRow,
    FailureRow,
    FeelingRow,
    FieldRow,
    FindingRow,
    IntentRow,
    JudgementRow,
    MarkRow,
    MeasureRow,
    NameRow,
    RecordingRow,
    ScoreRow,
    SoundRow,
)

_DAY = 86_400
SURE = 0.5
"""Emotions of a lower score are not counted; one without a score is believed."""


@dataclass(frozen=True, slots=True)
class Line:
    """A segment and what it is searched by."""

    segment: Segment
    folded: str
    sound: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An analysis, ready to be written."""

    analysis: Analysis
    at: datetime
    paths: tuple[str, ...]
    """The first is the one to show."""
    body: bytes
    lines: tuple[Line, ...]
    dialogue: bytes | None = None


def prepare(
    analysis: Analysis, at: datetime, names: Sequence[str], dialogue: Dialogue | None = None
) -> Entry:
    """Return what is to be written.

    Raises:
        InputError: the call has more segments than ids have room for.
    """
    recording, segments = analysis.call.recording, analysis.call.segments
    if len(segments) > 1 << ORDINAL_BITS:
        raise InputError(
            recording.path, f"{len(segments)} segments", f"give at most {1 << ORDINAL_BITS}"
        )
    paths = dict.fromkeys(storable(name) for name in (*names, recording.path))
    return Entry(
        analysis=analysis,
        at=at,
        paths=tuple(paths),
        body=zlib.compress(to_json(analysis)),
        lines=tuple(_line(segment) for segment in segments),
        dialogue=None if dialogue is None else _dialogue_codec.encode(dialogue),
    )


def _line(segment: Segment) -> Line:
    folded, spoken = fold(segment.text), fold(segment.spoken)
    if spoken == folded:
        return Line(segment, folded, sound(segment.text))
    written = sound(segment.text)
    # Mostly only punctuation differs, and that has no sound.
    same = _letters(spoken) == _letters(folded)
    return Line(
        segment,
        folded + LINE + spoken,
        written if same else written + LINE + sound(segment.spoken),
    )


def _letters(folded: str) -> str:
    return "".join(char for char in folded if char.isalnum())


def save(connection: Connection, index: SegmentIndex, entry: Entry) -> int:
    """Write the analysis and make it the current one; return its version."""
    recording = entry.analysis.call.recording
    known = connection.execute(
        select(RecordingRow.key, RecordingRow.clock, RecordingRow.began, RecordingRow.analysis)
        .where(RecordingRow.id == recording.id)
    ).first()  # fmt: skip
    began = recording.started_at or (entry.at if known is None else known.began)
    if known is None:
        version, clock = 1, _free_clock(connection, began)
        row = insert(RecordingRow).values(_recording_row(entry, clock, began, version))
        key: int = connection.execute(row.returning(RecordingRow.key)).scalar_one()
    else:
        key, clock, version = known.key, known.clock, known.analysis
        if _body(connection, key, version) != entry.body:
            version += 1
            index.remove(connection, key)
            if second(began) != clock >> CALL_BITS:
                clock = _free_clock(connection, began)
        row_now = _recording_row(entry, clock, began, version)
        connection.execute(
            update(RecordingRow).where(RecordingRow.key == key).values(row_now)
        )  # fmt: skip
    _add_names(connection, key, entry.paths)
    _clear_failures(connection, entry)
    if known is None or version != known.analysis:
        _set_fields(connection, key, recording.metadata)
        _add_analysis(connection, key, version, entry)
        _add_segments(connection, index, key, clock, entry.lines)
        _renew(connection, key, entry.analysis, known=known is not None)
        changed(connection, RecordingRow.key == key)
        if known is not None and known.began != began:
            left(connection, known.began)
    if entry.dialogue is not None:
        set_dialogues(connection, [(key, version, entry.dialogue)])
    return version


def set_dialogues(connection: Connection, made: Sequence[tuple[int, int, bytes]]) -> None:
    """Keep dialogues, each with its recording's key and the version of the analysis."""
    rows = [{"recording": key, "version": version, "body": body} for key, version, body in made]
    if not rows:
        return
    own = DialogueRow.recording.in_([row["recording"] for row in rows])
    connection.execute(delete(DialogueRow).where(own))
    connection.execute(insert(DialogueRow), rows)


def fail(
    connection: Connection, path: str, error: HuitingError, at: datetime, recording: str | None
) -> None:
    """Write that the file could not be analyzed."""
    path = storable(path)
    found = {
        "recording": recording,
        "code": error.code,
        "reason": storable(error.reason),
        "remedy": storable(error.remedy),
        "at": at,
    }
    again = update(FailureRow).where(FailureRow.path == path)
    changed = connection.execute(again.values(**found, attempts=FailureRow.attempts + 1))
    if changed.rowcount == 0:
        connection.execute(insert(FailureRow).values(path=path, attempts=1, **found))


def delete_call(connection: Connection, index: SegmentIndex, recording: str) -> None:
    """Remove all that is known of a recording."""
    key, began = connection.execute(
        select(RecordingRow.key, RecordingRow.began).where(RecordingRow.id == recording)
    ).one()
    index.remove(connection, key)
    left(connection, began)
    paths = select(NameRow.path).where(NameRow.recording == key)
    connection.execute(
        delete(FailureRow).where(
            or_(FailureRow.recording == recording, FailureRow.path.in_(paths))
        )
    )  # fmt: skip
    for row in (
        NameRow.recording, FieldRow.recording, DialogueRow.recording, FindingRow.recording,
        ScoreRow.recording, IntentRow.recording, JudgementRow.recording, AnalysisRow.recording,
        FeelingRow.recording, FactsRow.recording, MarkRow.recording, MeasureRow.recording,
        SoundRow.recording, RecordingRow.key,
    ):  # fmt: skip
        connection.execute(delete(row.class_).where(row == key))


def _recording_row(entry: Entry, clock: int, began: datetime, version: int) -> dict[Any, Any]:
    recording = entry.analysis.call.recording
    started_at = recording.started_at
    return {
        RecordingRow.id: recording.id,
        RecordingRow.clock: clock,
        RecordingRow.name: PurePath(entry.paths[0]).name,
        RecordingRow.path: entry.paths[0],
        RecordingRow.began: began,
        RecordingRow.started_at: None if started_at is None else started_at.isoformat(),
        RecordingRow.duration: recording.duration,
        RecordingRow.size: recording.size,
        RecordingRow.codec: recording.codec,
        RecordingRow.channels: len(recording.channels),
        RecordingRow.language: entry.analysis.call.language,
        RecordingRow.fields: {storable(k): storable(v) for k, v in recording.metadata.items()},
        RecordingRow.analysis: version,
    }


def _renew(connection: Connection, key: int, analysis: Analysis, *, known: bool) -> None:
    """Write what is counted of an analysis; of a known recording, forget that of an earlier one."""
    if known:
        for row in (
            DialogueRow.recording, FindingRow.recording, ScoreRow.recording, IntentRow.recording,
            FeelingRow.recording, MeasureRow.recording, SoundRow.recording,
        ):  # fmt: skip
            connection.execute(delete(row.class_).where(row == key))
        own = update(RecordingRow).where(RecordingRow.key == key)
        connection.execute(own.values(judgement=None))
    best: dict[str, float] = {}
    for intent in analysis.meaning.intents:
        name = storable(intent.name)
        best[name] = max(intent.score, best.get(name, 0.0))
    rows = [
        {"recording": key, "name": name, "score": score, "main": place == 0}
        for place, (name, score) in enumerate(best.items())
    ]
    if rows:
        connection.execute(insert(IntentRow), rows)
    felt = Counter(
        (segment.role.value, segment.emotion.label.value)
        for segment in analysis.call.segments
        if segment.emotion is not None
        and (segment.emotion.score is None or segment.emotion.score >= SURE)
    )
    feelings = [
        {"recording": key, "role": role, "label": label, "segments": count}
        for (role, label), count in felt.items()
    ]
    if feelings:
        connection.execute(insert(FeelingRow), feelings)
    _measure.write(connection, key, analysis)


def _free_clock(connection: Connection, began: datetime) -> int:
    """Return the next number of the second in which the call began.

    When a second has no number left, calls go on in the seconds after it: thousands of
    calls with the same start have none of their own (a bulk import without times).
    """
    first = second(began) << CALL_BITS
    for reach in (1 << CALL_BITS, _DAY << CALL_BITS):
        latest = connection.scalar(
            select(func.max(RecordingRow.clock)).where(
                RecordingRow.clock >= first, RecordingRow.clock < first + reach
            )
        )
        if latest is None:
            return first
        if latest + 1 < first + reach:
            return latest + 1
    raise InputError(
        began.isoformat(), "too many calls begin then", "give the calls their start in the metadata"
    )


def _body(connection: Connection, key: int, version: int) -> bytes | None:
    return connection.scalar(
        select(AnalysisRow.body).where(
            AnalysisRow.recording == key, AnalysisRow.version == version
        )
    )  # fmt: skip


def _add_names(connection: Connection, key: int, paths: Sequence[str]) -> None:
    known = set(connection.scalars(select(NameRow.path).where(NameRow.recording == key)))
    rows = [
        {"recording": key, "path": path, "name": PurePath(path).name, "stem": PurePath(path).stem}
        for path in paths
        if path not in known
    ]
    if rows:
        connection.execute(insert(NameRow), rows)


def _set_fields(connection: Connection, key: int, metadata: Mapping[str, str]) -> None:
    connection.execute(delete(FieldRow).where(FieldRow.recording == key))
    rows = [
        {"recording": key, "name": name, "value": value}
        for name, value in {storable(k): storable(v) for k, v in metadata.items()}.items()
    ]
    if rows:
        connection.execute(insert(FieldRow), rows)


def _add_analysis(connection: Connection, key: int, version: int, entry: Entry) -> None:
    metrics, made_by = entry.analysis.metrics, entry.analysis.made_by
    connection.execute(
        insert(AnalysisRow).values(
            recording=key,
            version=version,
            at=entry.at,
            huiting=made_by.huiting,
            engine=made_by.engine,
            models=dict(made_by.models),
            settings=made_by.settings,
            segments=len(entry.lines),
            turns=metrics.turns,
            speech=metrics.speech,
            silence=metrics.silence,
            silence_ratio=metrics.silence_ratio,
            longest_silence=metrics.longest_silence,
            dead_air=metrics.dead_air,
            hold=metrics.hold,
            overlap=metrics.overlap,
            overlap_ratio=metrics.overlap_ratio,
            body=entry.body,
        )
    )


def _add_segments(
    connection: Connection, index: SegmentIndex, key: int, clock: int, lines: Sequence[Line]
) -> None:
    first = clock << ORDINAL_BITS
    rows = [
        {
            "id": first + ordinal,
            "recording": key,
            "ordinal": ordinal,
            "channel": line.segment.channel,
            "role": line.segment.role.value,
            "start": line.segment.span.start,
            "end": line.segment.span.end,
            "language": line.segment.language,
            "text": storable(line.segment.text),
            "spoken": None
            if line.segment.spoken == line.segment.text
            else storable(line.segment.spoken),
            "folded": line.folded,
            "sound": line.sound,
        }
        for ordinal, line in enumerate(lines)
    ]
    if rows:
        index.add(connection, rows)


def _clear_failures(connection: Connection, entry: Entry) -> None:
    recording = entry.analysis.call.recording.id
    connection.execute(
        delete(FailureRow).where(
            or_(FailureRow.recording == recording, FailureRow.path.in_(entry.paths))
        )
    )  # fmt: skip
