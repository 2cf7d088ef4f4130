"""A copy of a result without what is private in it.

Every text of an analysis or a judgement is gone through, whatever field it stands in, so
that a field added later hides nothing from it. Only what was found can be covered: what
was misheard, or is private in a way that no finder knows, stays.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import PurePath
from typing import Any

from huiting.core.analysis import Analysis, MadeBy
from huiting.core.judgement import Evidence, Judgement
from huiting.core.meaning import Entity, Quote
from huiting.core.types import (
    ConditionKind,
    Event,
    EventLabel,
    Recording,
    Segment,
    Span,
)
from huiting.text.redaction.cover import Covers, covers_of, moved, render, with_fields
from huiting.text.redaction.policy import Action, Policy
from huiting.text.redaction.segments import covered, times

SHOWN = 16
"""Characters of a recording's id that name a copy."""
_FORMAT = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}")
_IDS = frozenset(("id", "call", "rule", "rules", "scorecard", "fatal", "language"))


def redacted(analysis: Analysis, policy: Policy, covers: Covers | None = None) -> Analysis:
    """Return a copy without what is private; the original stays as it is.

    The entities must have been found (see `entities.stage`): they are what is covered,
    with every other place where their values stand. The file is named by its id alone.

    Args:
        analysis: the original.
        policy: what becomes of what is private.
        covers: as `covers_in` tells them, where they are known already.
    """
    known = covers or covers_in(analysis, policy)
    copy: Analysis = _Copier(analysis.call.segments, known).copy(analysis)
    return copy


def redacted_judgement(
    judgement: Judgement, analysis: Analysis, policy: Policy, covers: Covers | None = None
) -> Judgement:
    """Return a copy of what was judged of a call, its evidence without what is private.

    Args:
        judgement: of the call.
        analysis: the original one, which says what is private.
        policy: what becomes of it.
        covers: as `covers_in` tells them, where they are known already.
    """
    known = covers or covers_in(analysis, policy)
    copy: Judgement = _Copier(analysis.call.segments, known).copy(judgement)
    return copy


def redacted_recording(recording: Recording, policy: Policy) -> Recording:
    """Return a copy of a recording without what is private in its name and its fields.

    What was said in the call is not known here: `redacted` covers more.
    """
    covers = with_fields(Covers(policy, (), {}), recording)
    copy: Recording = _Copier((), covers).copy(recording)
    return copy


def to_silence(analysis: Analysis, policy: Policy) -> Mapping[int, tuple[Span, ...]]:
    """Return when something private is said, by channel of the file; in order, may touch.

    A channel that holds a copy of another one (dual mono, bleed) gets the spans of both.
    """
    covers = covers_in(analysis, policy)
    call = analysis.call
    found: dict[int, list[Span]] = {channel.index: [] for channel in call.recording.channels}
    for place, those in covers.by_segment.items():
        segment = call.segments[place]
        found.setdefault(segment.channel, []).extend(times(segment, those))
    if policy.action("dtmf") is not Action.KEEP:
        for event in call.events:
            if event.label is EventLabel.DTMF:
                sounding = found if event.channel is None else (event.channel,)
                for channel in sounding:
                    found.setdefault(channel, []).append(event.span)
    copies = {
        c.channel
        for c in call.conditions
        if c.kind in (ConditionKind.DUAL_MONO, ConditionKind.BLEED) and c.channel is not None
    }
    everything = [span for spans in found.values() for span in spans]
    found |= {channel: list(everything) for channel in copies}
    return {channel: tuple(sorted(set(spans))) for channel, spans in found.items() if spans}


def covers_in(analysis: Analysis, policy: Policy) -> Covers:
    """Return all that is private in a call; its entities must have been found."""
    covers = covers_of(analysis.call, analysis.meaning.entities, policy)
    return with_fields(covers, analysis.call.recording)


def _identifies(name: str, value: object) -> bool:
    """Tell whether a field is an id or a digest of ours, in which digits mean nothing."""
    texts = isinstance(value, str) or (
        isinstance(value, tuple) and all(isinstance(v, str) for v in value)
    )
    return name in _IDS and texts


class _Copier:
    """Copies values of ours, field by field."""

    def __init__(self, segments: Sequence[Segment], covers: Covers) -> None:
        self._segments = segments
        self._places = {id(segment): i for i, segment in enumerate(self._segments)}
        self._covers = covers

    def copy(self, value: Any) -> Any:  # noqa: ANN401  (anything that a result is made of)
        """Return a copy of the same type."""
        match value:
            case Enum() | MadeBy() | bytes():
                return value
            case str():
                return self._covers.scrubbed(value)
            case Segment():
                return self._segment(value)
            case Entity():
                return self._entity(value)
            case Quote():
                return replace(value, text=self._quote(value.segment, value.text))
            case Evidence():
                quote = value.quote and self._quote(value.segment, value.quote)
                note = value.note and self._covers.unsaid(value.note)
                return replace(value, quote=quote, note=note)
            case Event():
                return self._event(value)
            case Recording():
                return self._recording(value)
            case tuple():
                copies = [(item, self.copy(item)) for item in value]
                # A cut entity goes; a number that was not measured keeps its place.
                return tuple(copy for item, copy in copies if copy is not None or item is None)
            case Mapping():
                return {key: self.copy(item) for key, item in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            named = {f.name: getattr(value, f.name) for f in fields(value)}
            changed = {n: self.copy(v) for n, v in named.items() if not _identifies(n, v)}
            return replace(value, **changed)
        return value

    def _segment(self, segment: Segment) -> Segment:
        place = self._places[id(segment)]
        copy = covered(segment, self._covers.by_segment.get(place, ()))
        return replace(copy, emotion=self.copy(copy.emotion))

    def _entity(self, entity: Entity) -> Entity | None:
        """Return the entity where it now stands; None for one that a cover cuts."""
        covers = self._covers.by_segment.get(entity.segment, ())
        start = entity.start
        over = [c for c in covers if c.start < entity.end and start < c.end]
        if not over:
            return replace(
                entity,
                start=moved(start, covers),
                end=moved(entity.end, covers),
                value=self._covers.scrubbed(entity.value),
            )
        cover = over[0]
        if not (cover.start <= start and entity.end <= cover.end):
            return None
        at = moved(cover.start, covers)
        policy = self._covers.policy
        kept = policy.action(entity.kind) is Action.KEEP
        if kept:
            return None
        value = policy.mark(entity.kind, entity.value, entity.value)
        return replace(
            entity, start=at, end=at + len(cover.written), text=cover.written, value=value
        )

    def _quote(self, place: int | None, quote: str) -> str:
        """Return a quote as it now stands in its segment; scrubbed where it is not in it."""
        if place is None or not 0 <= place < len(self._segments):
            return self._covers.unsaid(quote)
        text = self._segments[place].text
        covers = self._covers.by_segment.get(place, ())
        at = text.find(quote)
        rendered = quote
        while at >= 0 and quote:
            end = at + len(quote)
            if any(c.start < end and at < c.end for c in covers):
                rendered = render(text, at, end, covers)
                break
            at = text.find(quote, at + 1)
        return rendered if rendered != quote else self._covers.unsaid(quote)

    def _event(self, event: Event) -> Event:
        policy = self._covers.policy
        if event.text is None:
            return event
        if event.label is EventLabel.DTMF:
            return replace(event, text=policy.mark("dtmf", event.text, event.text))
        return replace(event, text=self._covers.scrubbed(event.text))

    def _recording(self, recording: Recording) -> Recording:
        policy = self._covers.policy
        metadata = {}
        for name, value in recording.metadata.items():
            kind = policy.field_kind(name)
            whole = kind is not None and value.strip()
            metadata[name] = policy.mark(kind, value, value) if whole and kind else self.copy(value)
        return replace(recording, path=_bare(recording), metadata=metadata)


def _bare(recording: Recording) -> str:
    """Return a name of the file that tells its format and nothing else."""
    suffix = PurePath(recording.path).suffix
    return f"{recording.id[:SHOWN]}{suffix if _FORMAT.fullmatch(suffix) else ''}"
