"""All finders over a call: what each segment says that has a value.

Needs no model; with one for names it also finds people and places that nothing around
them gives away.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from huiting.core.meaning import Entity, Meaning
from huiting.core.ports import MeaningStage, Name, NameFinder, Sound
from huiting.core.rewrite import written_words
from huiting.core.types import Call, Role, Segment, Span
from huiting.text._language_of import language_of
from huiting.text.entities.addresses import find_addresses
from huiting.text.entities.amounts import find_amounts
from huiting.text.entities.candidate import Candidate, Finder, Passage, folded, settle
from huiting.text.entities.codes import find_codes
from huiting.text.entities.dictation import dictated
from huiting.text.entities.lists import EntityList, matcher
from huiting.text.entities.misheard import find_misheard
from huiting.text.entities.numbers import find_numbers
from huiting.text.entities.people import NAME_HINT, believed, find_people
from huiting.text.entities.when import chinese, eastern, english
from huiting.text.entities.when.durations import find_durations

ASKED = 3
"""Segments of the others in which a question is looked for."""
MEMORY = 30.0
"""Seconds for which a question stands."""
_ASKS_NAME = re.compile(r"[叫姓贵]|名字|称呼|地址|哪里|哪儿|哪个|位置|收件人|联系人")
_CHINESE = (None, "zh", "yue")
_TIMES: Mapping[str | None, Finder] = {
    "en": english.find_times,
    "ja": eastern.find_times,
    "ko": eastern.find_times,
}


def entities_stage(
    lists: Sequence[EntityList] = (),
    names: NameFinder | None = None,
    sound: Sound | None = None,
    role: Role | None = None,
) -> MeaningStage:
    """Return the stage that fills `Meaning.entities`.

    Args:
        lists: the team's own entities.
        names: finds people and places; None to go by patterns only.
        sound: says how words sound, for lists that are looked for by sound too.
        role: who says what is looked for; None for everybody.
    """
    find_listed = matcher(lists, sound)
    simplify = _simplifier()

    def stage(call: Call, meaning: Meaning) -> Meaning:
        passages = _passages(call.segments, call.recording.started_at, simplify)
        found = _find(call.segments, passages, find_listed, names, role)
        return replace(meaning, entities=found)

    return stage


def _find(
    segments: Sequence[Segment],
    passages: Sequence[Passage],
    find_listed: Finder,
    names: NameFinder | None,
    role: Role | None,
) -> tuple[Entity, ...]:
    groups: dict[int, list[Candidate]] = {}
    for place, candidate in dictated(segments, passages):
        groups.setdefault(place, []).append(candidate)
    told = _names(passages, names) if names is not None else {}
    entities: list[Entity] = []
    for place, (segment, passage) in enumerate(zip(segments, passages, strict=True)):
        if role not in (None, segment.role):
            continue
        candidates = [*groups.get(place, ()), *find_listed(passage), *_candidates(passage)]
        candidates += believed(list(told.get(place, ())), passage.text)
        kept = _addressed(settle(_widened(candidates)), passage.text)
        entities += _entities(kept, segment, place)
    return tuple(entities)


def _candidates(passage: Passage) -> Iterator[Candidate]:
    yield from find_numbers(passage)
    yield from find_misheard(passage)
    yield from find_codes(passage)
    yield from find_amounts(passage)
    yield from find_durations(passage)
    yield from find_addresses(passage)
    yield from find_people(passage)
    yield from _TIMES.get(passage.language, chinese.find_times)(passage)


def _passages(
    segments: Sequence[Segment], began: datetime | None, simplify: Callable[[str], str]
) -> list[Passage]:
    found: list[Passage] = []
    for place, segment in enumerate(segments):
        language = language_of(segment)
        text = folded(segment.text)
        if language in _CHINESE:
            text = simplify(text)
        asked, before = _context(segments, found, place)
        known = language if language in ("zh", "en", "ja", "ko") else None
        found.append(Passage(text, known, began, asked, before))
    return found


def _simplifier() -> Callable[[str], str]:
    from opencc import OpenCC

    table = OpenCC("t2s")

    def simplify(text: str) -> str:
        simple: str = table.convert(text)
        return simple if len(simple) == len(text) else text

    return simplify


def _context(
    segments: Sequence[Segment], passages: Sequence[Passage], place: int
) -> tuple[tuple[str, ...], str]:
    """Return what the others said just before, the latest first, and what the same voice did."""
    this = segments[place]
    asked: list[str] = []
    before = ""
    for i in range(place - 1, -1, -1):
        other = segments[i]
        if len(asked) == ASKED or this.span.start - other.span.end > MEMORY:
            break
        if (other.channel, other.speaker) != (this.channel, this.speaker):
            asked.append(passages[i].text)
        elif not asked and not before:
            before = passages[i].text
    return tuple(asked), before


def _names(passages: Sequence[Passage], names: NameFinder) -> dict[int, Sequence[Name]]:
    """Return the names in the passages that may hold one, by their place."""
    worth = [
        place
        for place, passage in enumerate(passages)
        if passage.language in names.languages and _may_name(passage)
    ]
    texts = list(dict.fromkeys(passages[place].text for place in worth))
    found = dict(zip(texts, names.names(texts), strict=True))
    return {place: found[passages[place].text] for place in worth}


def _may_name(passage: Passage) -> bool:
    asked = passage.asked[0] if passage.asked else ""
    return bool(NAME_HINT.search(passage.text) or _ASKS_NAME.search(asked))


def _widened(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Let an address begin where a place that runs into it does: 朝阳区 of 朝阳区建国路88号."""
    places = [c for c in candidates if c.kind in ("place", "address")]
    found = []
    for candidate in candidates:
        start = candidate.start
        if candidate.kind == "address":
            start = min([start, *(p.start for p in places if p.start < start <= p.end)])
        found.append(replace(candidate, start=start))
    return found


def _addressed(candidates: Sequence[Candidate], text: str) -> list[Candidate]:
    """Join places that follow one another into one, an address where a house is named."""
    joined: list[Candidate] = []
    for candidate in candidates:
        last = joined[-1] if joined else None
        if (
            last is not None
            and {last.kind, candidate.kind} <= {"place", "address"}
            and text[last.end : candidate.start] in ("", "，", ",", "、", " ")
        ):
            kind = "address" if "address" in (last.kind, candidate.kind) else "place"
            joined[-1] = replace(last, kind=kind, end=candidate.end)
        else:
            joined.append(candidate)
    return [
        replace(c, value=_one_line(text[c.start : c.end])) if c.kind in ("place", "address") else c
        for c in joined
    ]


def _one_line(place: str) -> str:
    """Return a place without the pauses it was said with; as it is where words are parted."""
    return place if place.isascii() else re.sub(r"[，,、\s]", "", place)


def _entities(candidates: Sequence[Candidate], segment: Segment, place: int) -> Iterator[Entity]:
    if not candidates:
        return
    words = _placed_words(segment)
    for found in candidates:
        yield Entity(
            kind=found.kind,
            segment=place,
            start=found.start,
            end=found.end,
            text=segment.text[found.start : found.end],
            value=found.value,
            span=_said(words, found, segment.span),
            source=found.source,
            score=found.score,
            role=segment.role,
        )


def _placed_words(segment: Segment) -> list[tuple[int, int, Span]]:
    """Return where each word of the written text stands, and when it is said."""
    placed, at = [], 0
    for word in written_words(segment):
        start = segment.text.index(word.text, at)
        at = start + len(word.text)
        placed.append((start, at, word.span))
    return placed


def _said(words: Sequence[tuple[int, int, Span]], found: Candidate, whole: Span) -> Span:
    """Return when a piece of the text is said: whole words, at worst the segment."""
    spans = [span for start, end, span in words if start < found.end and found.start < end]
    if not spans:
        return whole
    return Span(min(s.start for s in spans), max(s.end for s in spans))
