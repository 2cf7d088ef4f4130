"""Calls: found, read, listened to, exported."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from huiting.client.errors import Refused, StillRunning
from huiting.client.jobs import EVERY
from huiting.client.paging import Page, pages
from huiting.client.shapes.answers import Form
from huiting.client.shapes.calls import (
    CallEntry,
    CallFilter,
    FieldName,
    FieldValue,
    Hit,
    Outline,
    Overview,
    Sort,
    Version,
    WholeCall,
)
from huiting.client.shapes.jobs import Export, State
from huiting.client.wire import Wire
from huiting.core.judgement import Finding, Score
from huiting.core.meaning import Entity, Meaning
from huiting.core.metrics import Metrics
from huiting.core.types import Event, Role, Segment

ALL = CallFilter()
Scores = tuple[Score, ...]
Versions = tuple[Version, ...]
FieldNames = tuple[FieldName, ...]
FieldValues = tuple[FieldValue, ...]


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls that the token may see.

    What is private is covered, unless `unredacted` is set: that takes the permission
    `calls:unredacted`. A call is named by its id, or how that begins.
    """

    wire: Wire
    unredacted: bool = False

    def list(
        self, where: CallFilter = ALL, *, sort: Sort = Sort.STARTED, ascending: bool = False
    ) -> Iterator[CallEntry]:
        """List calls, by default the latest first."""
        order = {"sort": str(sort), "order": "asc" if ascending else "desc", "limit": 500}
        return pages(self.wire, Page[CallEntry], "/calls", self._seen(given(where) | order))

    def search(
        self, query: str, where: CallFilter = ALL, *, said_by: Role | None = None
    ) -> Iterator[Hit]:
        """Find what was said: words, or "a phrase" in quotes; the most relevant first."""
        asked = given(where) | {"q": query, "limit": 100}
        if said_by is not None:
            asked["said_by"] = str(said_by)
        return pages(self.wire, Page[Hit], "/search", self._seen(asked))

    def get(self, call: str, version: int | None = None) -> WholeCall:
        """Read all of a call: its analysis, and its judgement where rules have judged it."""
        return self.wire.get(WholeCall, f"/calls/{call}", self._seen({"version": version}))

    def summary(self, call: str) -> Overview:
        """Read what a call is about."""
        return self.wire.get(Overview, f"/calls/{call}/summary", self._seen())

    def segments(self, call: str) -> Iterator[Segment]:
        """Read what is said in a call."""
        return self._parts(Page[Segment], call, "segments")

    def events(self, call: str) -> Iterator[Event]:
        """Read what else is heard in a call."""
        return self._parts(Page[Event], call, "events")

    def entities(self, call: str) -> Iterator[Entity]:
        """Read the numbers, names and dates of a call."""
        return self._parts(Page[Entity], call, "entities")

    def findings(self, call: str) -> Iterator[Finding]:
        """Read what rules say of a call, with the evidence."""
        return self._parts(Page[Finding], call, "findings")

    def scores(self, call: str) -> Scores:
        """Read what scorecards give a call."""
        return self.wire.get(Scores, f"/calls/{call}/scores", self._seen())

    def metrics(self, call: str) -> Metrics:
        """Read the figures of a call."""
        return self.wire.get(Metrics, f"/calls/{call}/metrics", self._seen())

    def meaning(self, call: str) -> Meaning:
        """Read what was understood of a call."""
        return self.wire.get(Meaning, f"/calls/{call}/meaning", self._seen())

    def versions(self, call: str) -> Versions:
        """List the analyses of a call."""
        return self.wire.get(Versions, f"/calls/{call}/versions")

    def outline(self, call: str, points: int = 1000) -> Outline:
        """Read the outline of the waveform of a call."""
        return self.wire.get(Outline, f"/calls/{call}/peaks", {"points": points})

    def audio(self, call: str, to: Path, channel: int | None = None) -> Path:
        """Fetch the recording of a call as WAV into a file."""
        return self.wire.download(f"/calls/{call}/audio", self._seen({"channel": channel}), to)

    def clip(self, call: str, start: float, end: float, channel: int | None = None) -> bytes:
        """Fetch a stretch of a recording as WAV.

        Args:
            call: its id.
            start: seconds.
            end: seconds.
            channel: one of them; None for all.
        """
        asked = {"start": start, "end": end, "channel": channel}
        return self.wire.content(f"/calls/{call}/clip", self._seen(asked))

    def evidence(self, call: str, rule: str, number: int = 0) -> bytes:
        """Fetch a piece of the evidence of a finding as WAV; `number` counts from 0."""
        path = f"/calls/{call}/findings/{rule}/clip"
        return self.wire.content(path, self._seen({"number": number}))

    def export(self, call: str, form: str) -> bytes:
        """Fetch a call as a file: `md`, `srt`, `vtt`, `json`, `csv`, `xlsx` and others."""
        return self.wire.content(f"/calls/{call}/export", self._seen({"format": form}))

    def export_all(
        self,
        to: Path,
        where: CallFilter = ALL,
        *,
        form: Form = Form.XLSX,
        formats: tuple[str, ...] = (),
        longest: float | None = None,
    ) -> Path:
        """Have a set of calls made a file, and fetch it.

        Args:
            to: the file.
            where: which calls.
            form: of the file.
            formats: of each call in a ZIP.
            longest: seconds to wait for it.

        Raises:
            Refused: it cannot be made.
            StillRunning: it is not made in that time.
        """
        body = {
            "form": str(form),
            "formats": formats,
            "filter": given(where),
            "unredacted": self.unredacted,
        }
        made = self.wire.post(Export, "/exports", body, once=True)
        end = None if longest is None else self.wire.clock() + longest
        while not made.state.over:
            if end is not None and self.wire.clock() >= end:
                raise StillRunning(
                    f"export {made.id}", "not over yet", "wait longer, or ask again later"
                )
            self.wire.pause(EVERY)
            made = self.wire.get(Export, f"/exports/{made.id}")
        if made.state is not State.DONE:
            code, why = ("cancelled", "it was cancelled")
            remedy = "ask for it again"
            if made.trouble is not None:
                code, why, remedy = made.trouble.code, made.trouble.reason, made.trouble.remedy
            raise Refused(409, code, why, remedy, f"export {made.id}")
        return self.wire.download(f"/exports/{made.id}/file", {}, to)

    def fields(self) -> FieldNames:
        """List the fields of metadata that calls have."""
        return self.wire.get(FieldNames, "/fields")

    def values(self, field: str, begins: str = "") -> FieldValues:
        """List the values that a field has."""
        return self.wire.get(FieldValues, f"/fields/{field}", self._seen({"begins": begins}))

    def _parts(self, form: type[Page[Any]], call: str, part: str) -> Iterator[Any]:
        return pages(self.wire, form, f"/calls/{call}/{part}", self._seen({"limit": 500}))

    def _seen(self, asked: dict[str, Any] | None = None) -> dict[str, Any]:
        return {**(asked or {}), **({"unredacted": "true"} if self.unredacted else {})}


def given(where: CallFilter) -> dict[str, Any]:
    """Return what a filter asks, without what does not matter."""
    usual = asdict(ALL)
    found = {name: value for name, value in asdict(where).items() if value != usual[name]}
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in found.items()
    }
