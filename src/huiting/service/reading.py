"""Read calls for somebody: only those they may see, and without personal data by default.

What is private is covered by the same code as in exported copies. Where nothing was looked
for when a call was analyzed, it is looked for now: what was never looked for is never shown.
Nor can it be guessed: who sees no personal data cannot search for it or filter by it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from huiting.access.principal import Principal
from huiting.audio.source import shown
from huiting.core.analysis import Analysis
from huiting.core.errors import Forbidden, Unknown
from huiting.core.judgement import Finding, Judgement
from huiting.core.ports import MeaningStage
from huiting.core.types import Channel, Recording, Role
from huiting.service.recent import Recent
from huiting.service.views import View
from huiting.store import Hit, Store, StoredCall, Told, Version
from huiting.store.browse import Browser, FieldOf, Listed, Order, Place, Sought
from huiting.text.redaction.cover import Covers, covers_of
from huiting.text.redaction.policy import Policy
from huiting.text.redaction.redact import (
    covers_in,
    redacted,
    redacted_judgement,
    redacted_recording,
)
from huiting.text.redaction.segments import covered

_CALLS, _TEXTS, _ENTRIES = 32, 500, 5_000
"""Calls, what is said in calls, and entries of lists, that are kept as they are shown."""
_STEP = 40
"""Calls or lines looked at together, once those of a page were not enough."""
_LOOKED = 60
"""After how many of which too few are shown the rest is left to the next page."""
Texts = Sequence[tuple[str, str]]
"""Of each segment of a call: as written, as spoken."""


Entry = TypeVar("Entry")
End = TypeVar("End")


@dataclass(frozen=True, slots=True)
class Part(Generic[Entry, End]):
    """Some of many."""

    entries: Sequence[Entry]
    end: End | None
    """Where it ended; None when nothing follows."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A call as somebody may see it."""

    call: StoredCall
    analysis: Analysis
    judgement: Judgement | None
    """None when no rules have judged it; of earlier versions it is not kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads calls. May be used from several threads."""

    store: Store
    policy: Policy
    find: MeaningStage
    """Looks for personal data in a call."""
    _seen: Recent[tuple[str, int], Analysis] = field(
        default_factory=lambda: Recent(_CALLS), init=False, repr=False
    )
    _covers: Recent[tuple[str, int], Covers] = field(
        default_factory=lambda: Recent(_CALLS), init=False, repr=False
    )
    _said: Recent[tuple[str, int], Texts] = field(
        default_factory=lambda: Recent(_TEXTS), init=False, repr=False
    )
    _named: Recent[tuple[str, int], StoredCall] = field(
        default_factory=lambda: Recent(_ENTRIES), init=False, repr=False
    )

    @property
    def browser(self) -> Browser:
        """What looks through the calls."""
        return Browser(self.store.database)

    def page(
        self, sought: Sought, order: Order, limit: int, after: Place | None, view: View
    ) -> Part[Listed, Place]:
        """Return the next calls; who sees no personal data finds none by it.

        Raises:
            Forbidden: personal data is filtered by that may not be seen.
            InputError: the text is nothing that can be searched for.
        """
        wanted = self.limited(sought, view)
        if sought.text and not view.unredacted:
            return self._saying(wanted, order, limit, after)
        raw = self.browser.page(wanted, order, limit + 1, after)
        found = raw[:limit]
        end = found[-1].place if len(raw) > limit else None
        return Part(found if view.unredacted else [self._bare(x) for x in found], end)

    def _saying(
        self, sought: Sought, order: Order, limit: int, after: Place | None
    ) -> Part[Listed, Place]:
        """Return the next calls that say it in what is shown of them.

        That others follow is said only of calls that are shown, too: otherwise somebody who
        asks for one call at a time learns, digit by digit, which numbers were said.
        """
        found: list[Listed] = []
        looked, place = 0, after
        while len(found) <= limit:
            step = limit + 1 if not looked else _STEP
            raw = self.browser.page(sought, order, step, place)
            shown = self.texts([listed.call for listed in raw])
            found += [x for x in raw if _says(shown.get(x.call.id, ()), sought)]
            looked += len(raw)
            if len(raw) < step:
                place = None
                break
            place = raw[-1].place
            if looked >= _LOOKED:
                break
        if len(found) > limit:
            place = found[limit - 1].place
        return Part([self._bare(listed) for listed in found[:limit]], place)

    def one(self, call: str, view: View) -> Listed:
        """Return a call as lists show it.

        Raises:
            UnknownCall: there is none that may be seen.
        """
        found = self.browser.one(call, view.principal.only)
        return found if view.unredacted else self._bare(found)

    def named(self, call: StoredCall, view: View) -> str:
        """Return what a call that may be seen is called."""
        return call.name if view.unredacted else self._hidden(call).name

    def call(self, call: str, view: View, version: int | None = None) -> Seen:
        """Return a call with all that is known of it.

        Raises:
            UnknownCall: there is none that may be seen, or no such version.
        """
        found = self.store.find(call, allowed=view.principal.only)
        number = found.version if version is None else version
        original = self.store.analysis(found.id, version=number)
        judgement = self.store.judgement(found.id) if number == found.version else None
        if view.unredacted:
            return Seen(found, _writable(original), judgement)
        original = self._understood(original)
        key = found.id, number
        covers = self._covers.get(key, lambda: covers_in(original, self.policy))
        covered = self._seen.get(key, lambda: _writable(redacted(original, self.policy, covers)))
        if judgement is not None:
            judgement = redacted_judgement(judgement, original, self.policy, covers)
        return Seen(self._hidden(found), covered, judgement)

    def texts(self, calls: Sequence[StoredCall]) -> Mapping[str, Texts]:
        """Return what is said in calls, without personal data, by their ids.

        A call that was analyzed anew since it was listed is left out.
        """
        known = {call.id: self._said.known((call.id, call.version)) for call in calls}
        for call, told in self.browser.told([c for c in calls if known[c.id] is None]):
            texts = self._covered_texts(call, told)
            known[call.id] = texts
            self._said.keep((call.id, call.version), texts)
        return {call: texts for call, texts in known.items() if texts is not None}

    def _covered_texts(self, call: StoredCall, told: Told) -> Texts:
        if not told.entities:
            found = self._understood(self.store.analysis(call.id, version=call.version))
            told = Told(found.call, found.meaning.entities)
        covers = covers_of(told.call, told.entities, self.policy)
        shown = (
            covered(segment, covers.by_segment.get(place, ()))
            for place, segment in enumerate(told.call.segments)
        )
        return tuple((segment.text, segment.spoken) for segment in shown)

    def original(self, call: str, principal: Principal) -> Analysis:
        """Return the analysis that says what of a recording is private.

        Raises:
            UnknownCall: there is none that may be seen.
        """
        return self._understood(self.store.analysis(call, allowed=principal.only))

    def finding(self, call: str, rule: str, view: View) -> Finding:
        """Return what a rule says of a call.

        Raises:
            UnknownCall: there is no such call.
            Unknown: the rule has not judged it.
        """
        judgement = self.call(call, view).judgement
        found = [f for f in judgement.findings if f.rule == rule] if judgement else []
        if not found:
            raise Unknown("rule", "it has not judged this call", "see the call's findings")
        return found[0]

    def versions(self, call: str, principal: Principal) -> Sequence[Version]:
        """Return the analyses a call has had, the oldest first.

        Raises:
            UnknownCall: there is none that may be seen.
        """
        return self.store.versions(call, allowed=principal.only)

    def hits(
        self, sought: Sought, role: Role | None, view: View, *, limit: int, offset: int, newest: int
    ) -> Part[Hit, int]:
        """Return segments in which something is said; see `Browser.hits`.

        Who sees no personal data gets no hit in it, nor learns that there would be one.

        Raises:
            Forbidden: personal data is filtered by that may not be seen.
            InputError: the text is nothing that can be searched for.
        """
        wanted = self.limited(sought, view)
        if view.unredacted:
            raw = self.browser.hits(wanted, role, limit=limit + 1, offset=offset, newest=newest)
            return Part(raw[:limit], offset + limit if len(raw) > limit else None)
        found: list[tuple[int, Hit]] = []
        begin = offset
        while len(found) <= limit:
            step = limit + 1 if begin == offset else _STEP
            raw = self.browser.hits(wanted, role, limit=step, offset=begin, newest=newest)
            found += self._shown_of(raw, begin, sought, view)
            begin += len(raw)
            if len(raw) < step:
                return Part([hit for _, hit in found[:limit]], _place_of(found, limit))
            if begin - offset >= _LOOKED:
                break
        place = _place_of(found, limit)
        return Part([hit for _, hit in found[:limit]], begin if place is None else place)

    def _shown_of(
        self, raw: Sequence[Hit], begin: int, sought: Sought, view: View
    ) -> Iterator[tuple[int, Hit]]:
        """Yield hits in what is shown, each with its number."""
        calls = {call.id: call for call in self.browser.known(_ids(raw), view.principal.only)}
        texts = self.texts(list(calls.values()))
        for number, hit in enumerate(raw, begin):
            if hit.recording not in texts:
                continue
            shown = self._covered(hit, texts[hit.recording], sought)
            if shown is not None:
                yield number, replace(shown, name=self._hidden(calls[hit.recording]).name)

    def fields(self, view: View) -> Sequence[FieldOf]:
        """Return the names of metadata entries, and how many calls have each."""
        return self.browser.names(view.principal.only)

    def values(self, name: str, begins: str, limit: int, view: View) -> Sequence[FieldOf]:
        """Return values of a metadata entry, and how many calls have each.

        Raises:
            Forbidden: they are personal data that may not be seen.
        """
        self._check_field(name, view)
        return self.browser.values(name, begins, view.principal.only, limit)

    def limited(self, sought: Sought, view: View) -> Sought:
        """Return what is sought among the calls that somebody may see.

        Raises:
            Forbidden: it is sought by personal data that may not be seen.
        """
        for name in (*sought.which.metadata, *sought.any_of):
            self._check_field(name, view)
        return replace(sought, which=replace(sought.which, allowed=view.principal.only))

    def says(self, seen: Seen, sought: Sought, view: View) -> bool:
        """Tell whether a call as it is shown still says what is sought."""
        if view.unredacted:
            return True
        return _says(((s.text, s.spoken) for s in seen.analysis.call.segments), sought)

    def _check_field(self, name: str, view: View) -> None:
        if not view.unredacted and self.policy.field_kind(name) is not None:
            raise Forbidden(
                view.principal.name,
                f"{name} is personal data",
                "ask for it with unredacted=true, if you may",
            )

    @staticmethod
    def _covered(hit: Hit, texts: Texts, sought: Sought) -> Hit | None:
        """Return a hit without personal data in its text; None for one that is in nothing else."""
        if hit.ordinal >= len(texts):  # analyzed anew meanwhile
            return None
        forms = list(dict.fromkeys(texts[hit.ordinal]))
        snippet, marks = Browser.excerpt(sought.text or "", forms, sounds_like=sought.sounds_like)
        if not marks:
            return None
        return replace(hit, snippet=snippet, marks=marks)

    def _bare(self, listed: Listed) -> Listed:
        return replace(listed, call=self._hidden(listed.call))

    def _hidden(self, call: StoredCall) -> StoredCall:
        """Return the entry of a list without personal data in its name and metadata."""
        return self._named.get((call.id, call.version), lambda: self._without(call))

    def _without(self, call: StoredCall) -> StoredCall:
        recording = Recording(
            call.id, call.path, 0, call.duration, 0, "", (Channel(0),), call.started_at, call.metadata
        )  # fmt: skip
        bare = redacted_recording(recording, self.policy)
        return replace(call, name=bare.path, path=bare.path, metadata=bare.metadata)

    def _understood(self, analysis: Analysis) -> Analysis:
        """Return an analysis in which personal data has been looked for."""
        if analysis.meaning.entities:
            return analysis
        return replace(analysis, meaning=self.find(analysis.call, analysis.meaning))


def _says(segments: Iterable[Sequence[str]], sought: Sought) -> bool:
    """Tell whether it is still said what is sought."""
    if not sought.text:
        return True
    return Browser.says(sought.text, segments, sounds_like=sought.sounds_like)


def _place_of(found: Sequence[tuple[int, Hit]], limit: int) -> int | None:
    """Return where the page behind this one begins; None where nothing follows."""
    return found[limit][0] if len(found) > limit else None


def _ids(hits: Iterable[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.recording for hit in hits))


def _writable(analysis: Analysis) -> Analysis:
    """Return an analysis of which every text is one that JSON can hold."""
    recording = analysis.call.recording
    metadata = {shown(name): shown(value) for name, value in recording.metadata.items()}
    recording = replace(recording, path=shown(recording.path), metadata=metadata)
    return replace(analysis, call=replace(analysis.call, recording=recording))
