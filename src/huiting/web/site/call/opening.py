"""One call as its page shows it: all that the template needs, and nothing that it must work out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from huiting.access.permissions import Permission
from huiting.core.errors import HuitingError, UnknownCall
from huiting.core.judgement import Verdict
from huiting.core.meaning import Entity
from huiting.core.types import Role
from huiting.jobs.job import Job
from huiting.service.reading import Seen
from huiting.service.sheets import Way
from huiting.service.views import View
from huiting.store import Version
from huiting.store.remarks import Remark
from huiting.web.parts import Parts
from huiting.web.site.call.lines import CHUNK, Line, Transcript, transcript
from huiting.web.site.call.moods import Moods, moods
from huiting.web.site.call.pieces import Form
from huiting.web.site.call.verdicts import Group, groups
from huiting.web.site.calls.asking import read_text

LIGHT = 1_800.0
"""Seconds of a call that a browser may begin to load before anybody plays it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page asks for."""

    unredacted: bool = False
    version: int | None = None
    moment: float | None = None
    form: Form = Form.WRITTEN
    inside: str = ""
    """Query of the list that the call was found in."""

    @property
    def parts(self) -> str:
        """What addresses of parts of the page carry on: a query, that begins with `?`."""
        return self._query(form=None, moment=None, inside="")

    @property
    def here(self) -> str:
        """What addresses of this page carry on, but for the moment."""
        return self._query(moment=None)

    @property
    def next(self) -> str:
        """What addresses of other calls of the list carry on."""
        return self._query(version=None, moment=None)

    def other(self, **changes: object) -> str:
        """Return the query that asks for something else of this."""
        return self._query(**changes)

    def _query(self, **changes: object) -> str:
        said: dict[str, object] = {
            "unredacted": "true" if self.unredacted else None,
            "version": self.version,
            "t": self.moment,
            "form": self.form.value if self.form is not Form.WRITTEN else None,
            "in": self.inside or None,
        }
        names = {"moment": "t", "inside": "in"}
        said |= {names.get(name, name): value or None for name, value in changes.items()}
        kept = {name: value for name, value in said.items() if value is not None}
        return f"?{urlencode(kept)}" if kept else ""


def asked(
    unredacted: bool = False,  # noqa: FBT001, FBT002  (FastAPI names it)
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    t: Annotated[float | None, Query(ge=0, le=1e6)] = None,
    form: Form = Form.WRITTEN,
    inside: Annotated[str, Query(alias="in", max_length=4_000)] = "",
) -> Asked:
    """Return what the address of the page asks for; a dependency."""
    return Asked(unredacted, version, t, form, inside)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows."""

    asked: Asked
    seen: Seen
    version: int
    """Of the analysis that is shown."""
    versions: Sequence[Version]
    transcript: Transcript
    begin: int
    """The first line that comes with the page."""
    groups: Sequence[Group]
    moods: Moods
    entities: Mapping[str, Sequence[Entity]]
    """By kind."""
    remarks: Sequence[Remark]
    audio: bool
    """There is a recording, and who looks may play it."""
    kept: bool
    """There is a recording."""
    before: str | None
    after: str | None
    work: Job | None
    """That is under way, or failed, since the call was analyzed."""

    @property
    def lines(self) -> Sequence[Line]:
        """Those that come with the page."""
        return self.transcript.lines(self.begin, CHUNK, self.asked.form)

    @property
    def chunk(self) -> int:
        """Lines of a part of the transcript."""
        return CHUNK

    @property
    def light(self) -> bool:
        """The browser may begin to load it."""
        return self.seen.analysis.call.recording.duration <= LIGHT

    @property
    def corrected(self) -> int:
        """Lines with a correction that counts."""
        found = self.transcript.corrections.values()
        return sum(those[-1].text is not None for those in found)

    @property
    def channels(self) -> Sequence[str]:
        """Role of each channel, for its colour; `mixed` where several speak on it."""
        call = self.seen.analysis.call
        found: list[str] = []
        for channel in call.recording.channels:
            roles = {p.role for p in call.parties if p.channel == channel.index} or {channel.role}
            roles.discard(Role.UNKNOWN)
            found.append(roles.pop().value if len(roles) == 1 else "mixed")
        return found

    @property
    def failed(self) -> int:
        """Rules that failed."""
        return sum(len(group.ruled) for group in self.groups if group.verdict is Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class Told:
    """A call, and its transcript."""

    seen: Seen
    version: int
    """Of the analysis that is shown."""
    transcript: Transcript


def told(call: str, wanted: Asked, view: View, parts: Parts) -> Told:
    """Return the transcript of a call.

    Raises:
        UnknownCall: there is none that may be seen, or no such version.
    """
    seen = parts.sheets.open(call, view, wanted.version)
    version = seen.call.version if wanted.version is None else wanted.version
    corrections = parts.correcting.page(seen.call.id, view)
    return Told(seen, version, transcript(seen, corrections, version))


def opened(call: str, wanted: Asked, view: View, parts: Parts, language: str) -> Shown:
    """Return a call as its page shows it.

    Raises:
        UnknownCall: there is none that may be seen, or no such version.
    """
    known = told(call, wanted, view, parts)
    seen, found = known.seen, known.seen.call.id
    first = 0 if wanted.moment is None else known.transcript.at(wanted.moment)
    before, after = _neighbours(found, wanted, view, parts)
    kept = parts.hearing.has(seen.analysis) or parts.recordings.vault.has(found)
    return Shown(
        asked=wanted,
        seen=seen,
        version=known.version,
        versions=parts.reading.versions(found, view.principal),
        transcript=known.transcript,
        begin=first - first % CHUNK,
        groups=[] if seen.judgement is None else groups(seen.judgement, language),
        moods=moods(seen),
        entities=_by_kind(seen.analysis.meaning.entities),
        remarks=parts.remarking.page(found, view),
        audio=kept and view.principal.may(Permission.CALLS_AUDIO),
        kept=kept,
        before=before,
        after=after,
        work=parts.work.under_way(found, view.principal),
    )


def _neighbours(
    call: str, wanted: Asked, view: View, parts: Parts
) -> tuple[str | None, str | None]:
    """Return the calls beside this one in the list that it was found in; none of a list in error."""
    try:
        asked_for = read_text(wanted.inside, parts.now(), parts.zone)
        sought, order = asked_for.sought(parts.zone), asked_for.order
        before = parts.sheets.neighbour(call, sought, order, Way.BEFORE, view)
        return before, parts.sheets.neighbour(call, sought, order, Way.AFTER, view)
    except UnknownCall:
        raise
    except (HuitingError, ValueError):
        return None, None


def _by_kind(entities: Sequence[Entity]) -> Mapping[str, Sequence[Entity]]:
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        own = found.setdefault(entity.kind, [])
        if all(entity.value != other.value for other in own):
            own.append(entity)
    return found
