"""Keep analyses and failures, find them again. One file on SQLite, or a PostgreSQL database."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, func, or_, select

from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.errors import HuitingError, InputError, UnknownCall
from huiting.core.judgement import Judgement, Verdict
from huiting.core.types import Role
from huiting.store import _history, _judge, _save, calls, search
from huiting.store._analysis_codec import analysis_of
from huiting.store._connect import Database, connect
from huiting.store._history import Kept, StoredFinding
from huiting.store._index import SegmentIndex, index_for
from huiting.store._migrate import migrate
from huiting.store._query import parse
from huiting.store.calls import ALL, EVERY, Allowed, StoredCall, Which
from huiting.store.schema import AnalysisRow, BinRow, FailureRow, NameRow, RecordingRow
from huiting.store.search import Filters, Hit

BATCH = 200
"""Calls read, or saved in one transaction, at a time."""
_FINDINGS = 5_000
"""Verdicts read at a time: small rows, of which the database sorts all for each page."""


@dataclass(frozen=True, slots=True)
class Version:
    """One of the analyses that a recording has had."""

    number: int
    at: datetime
    huiting: str
    engine: str
    models: Mapping[str, str]
    settings: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A file whose last analysis failed."""

    path: str
    recording: str | None
    """Id, when the file could be read."""
    code: str
    reason: str
    remedy: str
    at: datetime
    attempts: int


class Store:
    """All that was ever analyzed. May be used from several threads and processes.

    Every method may raise `StoreError`: the database cannot be used; nothing was changed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index: SegmentIndex = index_for(database.dialect)

    @classmethod
    def open(cls, target: str, *, patience: float = 30.0) -> Self:
        """Open the store, make it if it is new, and bring it up to date.

        Args:
            target: `sqlite:///PATH`, `postgresql://USER@HOST/NAME`, or the path of an
                SQLite file. Its folder must exist.
            patience: seconds to wait for another writer.

        Raises:
            ConfigError: no such kind of database, or its driver is missing.
            StoreError: the database cannot be used, or is from a later version.
        """
        database = connect(target, patience)
        try:
            migrate(database)
        except BaseException:
            database.engine.dispose()
            raise
        return cls(database)

    @property
    def database(self) -> Database:
        """Where it is kept, for what is kept beside it: jobs, people, settings."""
        return self._database

    def close(self) -> None:
        """Close every connection."""
        self._database.engine.dispose()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def save(
        self,
        analysis: Analysis,
        *,
        at: datetime,
        names: Sequence[str] = (),
        dialogue: Dialogue | None = None,
        also: Callable[[Connection], None] | None = None,
    ) -> int:
        """Keep an analysis, wholly or not at all; return its version.

        It becomes the recording's current one, which search reads; earlier ones stay.
        An analysis equal to the current one is not kept twice. The recording's failure
        is cleared.

        Args:
            analysis: what to keep.
            at: when it was made.
            names: paths the recording was found under, besides `Recording.path`.
            dialogue: what rules read of it; made later, by `dialogues`, when not given.
            also: done at the end of the same transaction; when it raises, nothing is kept.
        """
        entry = _save.prepare(analysis, at, names, dialogue)
        with self._database.writing() as connection:
            version = _save.save(connection, self._index, entry)
            if also is not None:
                also(connection)
            return version

    def save_all(
        self,
        analyses: Iterable[Analysis],
        *,
        at: datetime,
        build: Callable[[Analysis], Dialogue] | None = None,
    ) -> int:
        """Keep many analyses, a batch a transaction; return how many. For imports.

        Args:
            analyses: one for each call.
            at: when they were made.
            build: makes what rules read of them; left for later when not given.
        """
        count = 0
        batch: list[_save.Entry] = []
        for analysis in analyses:
            dialogue = None if build is None else build(analysis)
            batch.append(_save.prepare(analysis, at, (), dialogue))
            count += 1
            if len(batch) == BATCH:
                self._save_batch(batch)
                batch = []
        self._save_batch(batch)
        return count

    def _save_batch(self, batch: Sequence[_save.Entry]) -> None:
        with self._database.writing() as connection:
            for entry in batch:
                _save.save(connection, self._index, entry)

    def fail(
        self, path: str, error: HuitingError, *, at: datetime, recording: str | None = None
    ) -> None:
        """Record that the file at `path` could not be analyzed; `save` clears it."""
        with self._database.writing() as connection:
            _save.fail(connection, path, error, at, recording)

    def failures(self) -> list[Failure]:
        """Return the files whose last analysis failed, by path."""
        rows = select(
            FailureRow.path, FailureRow.recording, FailureRow.code, FailureRow.reason,
            FailureRow.remedy, FailureRow.at, FailureRow.attempts,
        ).order_by(FailureRow.path)  # fmt: skip
        binned = select(RecordingRow.id).join(BinRow, BinRow.recording == RecordingRow.key)
        rows = rows.where(or_(FailureRow.recording.is_(None), FailureRow.recording.not_in(binned)))
        with self._database.reading() as connection:
            return [Failure(*row) for row in connection.execute(rows)]

    def done(self, recording: str, settings: str) -> bool:
        """Tell whether the recording's current analysis was made with these settings."""
        chosen = calls.select_calls().where(
            RecordingRow.id == recording, AnalysisRow.settings == settings
        )
        with self._database.reading() as connection:
            return connection.execute(chosen).first() is not None

    def find(self, call: str, *, allowed: Allowed = ALL) -> StoredCall:
        """Return the one call that `call` names.

        Args:
            call: its id, a path, a file name with or without its extension, or the
                beginning of an id or of a file name.
            allowed: metadata entries that a call must have, each one of these values, to
                be there at all for whoever asks; so in every method that takes it.

        Raises:
            UnknownCall: there is none.
            InputError: there are several; the message lists them.
        """
        with self._database.reading() as connection:
            return calls.find(connection, call, allowed)

    def analysis(
        self, call: str, *, version: int | None = None, allowed: Allowed = ALL
    ) -> Analysis:
        """Return the analysis of the one call that `call` names: the current one, or `version`.

        Raises:
            UnknownCall: there is no such call, or no such version.
            InputError: `call` names several.
        """
        with self._database.reading() as connection:
            found = calls.find(connection, call, allowed)
            body = connection.scalar(
                select(AnalysisRow.body)
                .join(RecordingRow, RecordingRow.key == AnalysisRow.recording)
                .where(RecordingRow.id == found.id)
                .where(AnalysisRow.version == (found.version if version is None else version))
            )
        if body is None:
            raise UnknownCall(call, f"no version {version}", f"the newest is {found.version}")
        return analysis_of(body, found.name)

    def versions(self, call: str, *, allowed: Allowed = ALL) -> list[Version]:
        """Return what is known of every analysis the call has had, the oldest first.

        Raises:
            UnknownCall: there is no such call.
            InputError: `call` names several.
        """
        with self._database.reading() as connection:
            found = calls.find(connection, call, allowed)
            rows = connection.execute(
                select(
                    AnalysisRow.version, AnalysisRow.at, AnalysisRow.huiting,
                    AnalysisRow.engine, AnalysisRow.models, AnalysisRow.settings,
                )
                .join(RecordingRow, RecordingRow.key == AnalysisRow.recording)
                .where(RecordingRow.id == found.id)
                .order_by(AnalysisRow.version)
            )  # fmt: skip
            return [Version(*row) for row in rows]

    def names(self, call: str, *, allowed: Allowed = ALL) -> list[str]:
        """Return every path the call was saved under, sorted.

        Raises:
            UnknownCall: there is no such call.
            InputError: `call` names several.
        """
        with self._database.reading() as connection:
            found = calls.find(connection, call, allowed)
            rows = connection.scalars(
                select(NameRow.path)
                .join(RecordingRow, RecordingRow.key == NameRow.recording)
                .where(RecordingRow.id == found.id)
                .order_by(NameRow.path)
            )
            return list(rows)

    def calls(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        metadata: Mapping[str, str] | None = None,
        allowed: Allowed = ALL,
    ) -> Iterator[StoredCall]:
        """Yield calls, the latest first, reading a bounded number at a time.

        Args:
            since: calls that began then or later.
            until: calls that began before.
            language: the call's.
            metadata: entries that the recording's metadata must have.
            allowed: what whoever asks may see.
        """
        which = Which(since, until, language, metadata or {}, allowed=allowed)
        chosen = calls.select_calls().where(*which.conditions())
        chosen = chosen.order_by(RecordingRow.clock.desc()).limit(BATCH)
        page = chosen
        while True:
            with self._database.reading() as connection:
                found = [calls.read(row) for row in connection.execute(page)]
            yield from found
            if len(found) < BATCH:
                return
            page = chosen.where(RecordingRow.clock < found[-1].clock)

    def dialogues(
        self,
        build: Callable[[Analysis], Dialogue],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        metadata: Mapping[str, str] | None = None,
        share: tuple[int, int] = (0, 1),
        allowed: Allowed = ALL,
    ) -> Iterator[Dialogue]:
        """Yield what rules read of calls, the latest first, a bounded number at a time.

        Args:
            build: makes a dialogue where none is kept yet; it is kept from then on.
            since: calls that began then or later.
            until: calls that began before.
            language: the call's.
            metadata: entries that the recording's metadata must have.
            share: (0, 2) and (1, 2) are two halves, for two processes.
            allowed: what whoever asks may see.
        """
        which = Which(since, until, language, metadata or {}, share, allowed=allowed)
        for batch in _history.read(self._database, which, build, BATCH, judged=False):
            yield from (kept.dialogue for kept in batch)

    def history(
        self, build: Callable[[Analysis], Dialogue], which: Which = EVERY, *, keep: bool = True
    ) -> Iterator[Sequence[Kept]]:
        """Yield batches of calls with their dialogue and current verdicts, the latest first.

        Args:
            build: as for `dialogues`.
            which: the calls that are wanted.
            keep: whether dialogues that are made are kept; otherwise nothing is written.
        """
        return _history.read(self._database, which, build, BATCH, judged=True, keep=keep)

    def slices(self, which: Which, size: int) -> list[Which]:
        """Cut calls into stretches of at most `size`, the latest first, for several processes.

        Calls that are saved meanwhile may be in one of them, or in none.
        """
        with self._database.reading() as connection:
            return _history.slices(connection, which, size)

    def judge(self, judgements: Iterable[Judgement], *, at: datetime) -> int:
        """Make judgements the current ones of their calls; return how many were written.

        A batch a transaction. Those of calls that are not in the store are left out, and so
        are those that say what is said already. What other rules said of a call before is no
        longer current; the last two such judgements stay.

        Args:
            judgements: one for each call.
            at: when they were made.
        """
        entries = (_judge.prepare(judgement) for judgement in judgements)
        return sum(self.settle(batch, at=at) for batch in _batches(entries))

    def judge_within(
        self, connection: Connection, judgement: Judgement, *, at: datetime
    ) -> None:  # fmt: skip
        """Make a judgement the current one of its call, in a transaction of the caller's.

        Such as that of `save`: then no call is ever there without its verdicts.
        """
        _judge.write(connection, [_judge.prepare(judgement)], at)

    def settle(self, entries: Sequence[_judge.Entry], *, at: datetime) -> int:
        """Write judgements that were prepared elsewhere, in one transaction; see `judge`."""
        if not entries:
            return 0
        with self._database.writing() as connection:
            return _judge.write(connection, entries, at)

    def judgement(self, call: str, *, allowed: Allowed = ALL) -> Judgement | None:
        """Return what the team's rules last said of the current analysis of a call.

        Returns:
            None when it has not been judged since it was analyzed.

        Raises:
            UnknownCall: there is no such call.
            InputError: `call` names several.
        """
        with self._database.reading() as connection:
            return _history.judgement(connection, calls.find(connection, call, allowed))

    def findings(
        self,
        *,
        rule: str | None = None,
        verdict: Verdict | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        allowed: Allowed = ALL,
    ) -> Iterator[StoredFinding]:
        """Yield current verdicts, the latest call first, reading a bounded number at a time.

        Args:
            rule: id of the rule.
            verdict: only these.
            since: of calls that began then or later.
            until: of calls that began before.
            allowed: what whoever asks may see.
        """
        which = Which(since, until, allowed=allowed)
        return _history.findings(self._database, which, rule, verdict, _FINDINGS)

    def count(self, *, allowed: Allowed = ALL) -> int:
        """Return how many calls there are."""
        chosen = select(func.count()).select_from(RecordingRow)
        chosen = chosen.where(calls.present(), *calls.seen(allowed))
        with self._database.reading() as connection:
            return connection.scalar(chosen) or 0

    def visible(self, recording: str, allowed: Allowed) -> bool:
        """Tell whether the recording with this id is there and may be seen."""
        with self._database.reading() as connection:
            return calls.visible(connection, recording, allowed)

    def delete(self, call: str, *, allowed: Allowed = ALL) -> None:
        """Forget a call: its analyses, names, segments and failures. Not the audio file.

        Raises:
            UnknownCall: there is no such call.
            InputError: `call` names several.
        """
        with self._database.writing() as connection:
            found = calls.find(connection, call, allowed)
            _save.delete_call(connection, self._index, found.id)

    def search(
        self,
        query: str,
        *,
        sounds_like: bool = False,
        role: Role | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        agent: str | None = None,
        allowed: Allowed = ALL,
        limit: int = 20,
        offset: int = 0,
    ) -> list[Hit]:
        """Return segments that contain every word of `query`, the most relevant first.

        Any piece of text is found, from one character on, in the written or the spoken
        form; width, case and Traditional or Simplified script make no difference. Words
        are separated by spaces; what stands in double quotes is one word.

        Args:
            query: what to find; never read as anything but text.
            sounds_like: also return what sounds alike, after the exact hits.
            role: who says it.
            since: in calls that began then or later.
            until: in calls that began before.
            language: of the segment.
            agent: the call's metadata entry of that name.
            allowed: what whoever searches may see.
            limit: most hits returned.
            offset: hits skipped before.

        Raises:
            InputError: nothing to find, a query longer than anybody types, or a negative
                `limit` or `offset`.
        """
        if limit < 0 or offset < 0:
            raise InputError("search", f"limit {limit}, offset {offset}", "give 0 or more")
        terms = parse(query, sounds_like=sounds_like)
        filters = Filters(role, since, until, language, agent, allowed)
        with self._database.reading() as connection:
            return search.search(
                connection, self._index, terms, filters, limit=limit, offset=offset
            )


def _batches(entries: Iterable[_judge.Entry]) -> Iterator[list[_judge.Entry]]:
    waiting = iter(entries)
    while batch := list(islice(waiting, BATCH)):
        yield batch
