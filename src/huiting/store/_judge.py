"""Write judgements, and read back what was ruled: what is done inside one transaction.

`prepare` does all that needs no database, so that it can be done in other processes and
the lock is held briefly.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import msgspec
from sqlalchemy import Connection, and_, delete, insert, select, update

from huiting.core.judgement import Judgement, Score, Verdict
from huiting.core.judgement_codec import HEAD, from_json, to_json
from huiting.core.value import value
from huiting.store._changing import changed as note_changed
from huiting.store._fold import storable
from huiting.store.schema import FindingRow, JudgementRow, RecordingRow, ScoreRow

_LEVEL = 1
"""Of zlib: all of history may be written at once."""


@value
class Ruling:
    """The bare verdict of one rule on one call."""

    rule: str
    version: int
    """Of the rule."""
    verdict: Verdict
    effect: float = 0.0


class _Body(msgspec.Struct):
    """The part of a stored judgement that verdicts are compared by; the rest is passed over."""

    findings: tuple[Ruling, ...] = ()
    problems: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Said:
    """What rules last said of a call, without the proof."""

    verdicts: Mapping[str, Verdict]
    """By rule."""
    problems: Mapping[str, str]
    """Rule id to why it could not be judged."""


KEPT = 3
"""Judgements kept of a call, each of another set of rules: the current one and those before."""
_WRITTEN = {verdict: verdict.value for verdict in Verdict}
_decoder = msgspec.json.Decoder(_Body)
_whole = msgspec.json.Decoder(Judgement)
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Entry:
    """A judgement, ready to be written."""

    call: str
    version: int | None
    """Of the analysis that was judged; None for the one that is current when it is written."""
    rules: str
    body: bytes
    rulings: tuple[Ruling, ...]
    scores: tuple[Score, ...]
    """Without their items."""


def prepare(judgement: Judgement, version: int | None = None) -> Entry:
    """Return what is to be written; of a rule with two findings, the last."""
    found = [Ruling(storable(f.rule), f.version, f.verdict, f.effect) for f in judgement.findings]
    rulings = {ruling.rule: ruling for ruling in found}
    return Entry(
        call=judgement.call,
        version=version,
        rules=judgement.rules,
        body=zlib.compress(_json(judgement), _LEVEL),
        rulings=tuple(rulings.values()),
        scores=tuple(
            {storable(s.scorecard): replace(s, items=()) for s in judgement.scores}.values()
        ),
    )


def _json(judgement: Judgement) -> bytes:
    """Return what `judgement_codec` reads, made in a third of its time; times are not rounded."""
    try:
        return HEAD + _encoder.encode(judgement)[1:]
    except UnicodeEncodeError:
        return to_json(judgement)


def rulings_of(body: bytes | None) -> tuple[Ruling, ...]:
    """Return the verdicts in a stored judgement, without the rest of it."""
    if body is None:
        return ()
    return tuple({ruling.rule: ruling for ruling in _bare(body).findings}.values())


def said_of(body: bytes | None) -> Said:
    """Return what a stored judgement says, without the proof."""
    if body is None:
        return Said({}, {})
    found = _bare(body)
    return Said({ruling.rule: ruling.verdict for ruling in found.findings}, found.problems)


def _bare(body: bytes) -> _Body:
    text = zlib.decompress(body)
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:  # an escape that stands for no character, see `_json`
        whole = from_json(text)
        found = tuple(Ruling(f.rule, f.version, f.verdict, f.effect) for f in whole.findings)
        return _Body(found, dict(whole.problems))


def judgement_of(body: bytes, name: str) -> Judgement:
    """Return a stored judgement, in a fraction of the time of `judgement_codec.from_json`.

    Raises:
        InputError: these bytes hold none; `name` is its subject.
    """
    text = zlib.decompress(body)
    if text.startswith(HEAD):
        try:
            return _whole.decode(text)
        except msgspec.MsgspecError:  # it is damaged, or holds an escape for no character
            pass
    return from_json(text, name)


def write(connection: Connection, entries: Sequence[Entry], at: datetime) -> int:
    """Make judgements the current ones of their calls; return how many were written.

    A call that is no longer there, or was analyzed anew since it was judged, is left out.
    What did not change is not written. Of each call `KEPT` judgements stay, the newest.
    """
    known = {
        row.id: row
        for row in connection.execute(
            select(
                RecordingRow.id, RecordingRow.key, RecordingRow.analysis, RecordingRow.judgement,
                JudgementRow.version, JudgementRow.body,
            )
            .outerjoin(
                JudgementRow,
                and_(
                    JudgementRow.recording == RecordingRow.key,
                    JudgementRow.rules == RecordingRow.judgement,
                ),
            )
            .where(RecordingRow.id.in_([entry.call for entry in entries]))
        )
    }  # fmt: skip
    there = [
        (entry, known[entry.call])
        for entry in {e.call: e for e in entries}.values()
        if entry.call in known and entry.version in (None, known[entry.call].analysis)
    ]
    changed = [
        (entry, row)
        for entry, row in there
        if (row.judgement, row.version, row.body) != (entry.rules, row.analysis, entry.body)
    ]
    _write_bodies(connection, [(row.key, row.analysis, entry) for entry, row in changed], at)
    _prune(connection, [row.key for _, row in changed])
    _write_rulings(connection, [(row.key, rulings_of(row.body), entry) for entry, row in changed])
    _write_scores(connection, [(row.key, entry) for entry, row in changed])
    if changed:
        note_changed(connection, RecordingRow.key.in_([row.key for _, row in changed]))
    return len(changed)


def _write_bodies(
    connection: Connection, changed: Iterable[tuple[int, int, Entry]], at: datetime
) -> None:
    rows = [
        {"recording": key, "rules": e.rules, "version": version, "at": at, "body": e.body}
        for key, version, e in changed
    ]
    for digest in {row["rules"] for row in rows}:
        keys = [row["recording"] for row in rows if row["rules"] == digest]
        same = and_(JudgementRow.recording.in_(keys), JudgementRow.rules == digest)
        connection.execute(delete(JudgementRow).where(same))
        current = update(RecordingRow).where(RecordingRow.key.in_(keys))
        connection.execute(current.values(judgement=digest))
    if rows:
        connection.execute(insert(JudgementRow), rows)


def _prune(connection: Connection, keys: Sequence[int]) -> None:
    """Forget all but the newest judgements of some calls."""
    earlier = connection.execute(
        select(JudgementRow.recording, JudgementRow.rules)
        .join(RecordingRow, RecordingRow.key == JudgementRow.recording)
        .where(JudgementRow.recording.in_(keys), JudgementRow.rules != RecordingRow.judgement)
        .order_by(JudgementRow.recording, JudgementRow.at.desc(), JudgementRow.rules)
    )
    for key, found in groupby(earlier, key=lambda row: row.recording):
        old = [row.rules for row in found][KEPT - 1 :]
        if old:
            same = and_(JudgementRow.recording == key, JudgementRow.rules.in_(old))
            connection.execute(delete(JudgementRow).where(same))


_INSERT = "INSERT INTO finding (recording, rule, version, verdict, effect) VALUES ({})"


def _write_rulings(
    connection: Connection, changed: Iterable[tuple[int, tuple[Ruling, ...], Entry]]
) -> None:
    """Bring the findings to what they now are, touching only those that differ."""
    gone: dict[str, list[int]] = {}
    rows: list[tuple[int, str, int, str, float]] = []
    for key, before, entry in changed:
        old = set(before)
        for ruling in old.difference(entry.rulings) if old else ():
            gone.setdefault(ruling.rule, []).append(key)
        fresh = [r for r in entry.rulings if r not in old] if old else entry.rulings
        rows += [(key, r.rule, r.version, _WRITTEN[r.verdict], r.effect) for r in fresh]
    for rule, keys in gone.items():
        same = and_(FindingRow.rule == rule, FindingRow.recording.in_(keys))
        connection.execute(delete(FindingRow).where(same))
    if rows:
        # Half the time of `insert`, which makes a mapping of every row.
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        connection.exec_driver_sql(_INSERT.format(", ".join([mark] * len(rows[0]))), rows)


def _write_scores(connection: Connection, changed: Sequence[tuple[int, Entry]]) -> None:
    keys = [key for key, _ in changed]
    connection.execute(delete(ScoreRow).where(ScoreRow.recording.in_(keys)))
    rows = [
        {
            "recording": key,
            "scorecard": storable(score.scorecard),
            "version": score.version,
            "points": score.points,
            "most": score.most,
            "grade": storable(score.grade),
            "fatal": bool(score.fatal),
            "uncertain": score.uncertain,
        }
        for key, entry in changed
        for score in entry.scores
    ]
    if rows:
        connection.execute(insert(ScoreRow), rows)
