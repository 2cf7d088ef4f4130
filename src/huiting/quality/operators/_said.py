"""What operators that look for words have in common: phrases, places in scope, hits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind, Match
from huiting.quality.matching.heard import Heard, Phrase, Place
from huiting.quality.matching.negation import is_negated
from huiting.quality.matching.phrasebook import Phrasebook
from huiting.quality.operators._options import number, one_of, refuse, texts
from huiting.quality.rules.asked import Context, Found, Hit, Scope

LIKE = 0.85
"""Likeness in sound that counts unless a rule says another."""
_LEAST_LIKE = 0.5
_LISTENED_FROM = 3
"""Characters of Chinese from which a phrase is found by its sound, too, unless told otherwise."""
_AROUND = 12
"""Characters between a hit and a phrase that voids it."""
_HANZI = range(0x3400, 0x3134B)


class Negated(StrEnum):
    """What becomes of a hit that is negated, as in 我不投诉."""

    COUNT = "count"
    SKIP = "skip"
    ONLY = "only"


class Looked(StrEnum):
    """How a phrase is looked for."""

    EXACT = Match.EXACT
    SOUNDS_LIKE = Match.SOUNDS_LIKE


@dataclass(frozen=True, slots=True)
class Words:
    """Phrases, and which of the places where they are said count."""

    phrases: tuple[Phrase, ...]
    """At least one."""
    wanted: frozenset[Phrase]
    """The same."""
    negated: Negated = Negated.COUNT
    unless: tuple[Phrase, ...] = ()

    def all(self) -> tuple[Phrase, ...]:
        """Return every phrase that has to be found for this."""
        return (*self.phrases, *self.unless)


def words(
    operator: str,
    wanted: Sequence[str],
    *,
    match: object = None,
    similarity: object = None,
    negated: object = Negated.COUNT,
    unless: object = None,
) -> Words:
    """Return what is looked for, from the options that all these operators take.

    Raises:
        ConfigError: an option is not what it may be.
    """
    like = LIKE
    if similarity is not None:
        like = number(operator, "similarity", similarity, least=_LEAST_LIKE, most=1)
    how = None if match is None else one_of(operator, "match", match, Looked)
    if how is Looked.EXACT and similarity is not None:
        refuse(operator, "similarity", "is of no use where match is exact", "leave out one of them")
    voids = () if unless is None else texts(operator, "unless", unless)
    phrases = tuple(phrase_of(operator, text, how, like) for text in dict.fromkeys(wanted))
    return Words(
        phrases,
        frozenset(phrases),
        one_of(operator, "negated", negated, Negated),
        tuple(phrase_of(operator, text, Looked.EXACT, like) for text in dict.fromkeys(voids)),
    )


def phrase_of(operator: str, text: str, how: Looked | None, like: float) -> Phrase:
    """Return one phrase; unless it is said how, Chinese of three characters is listened for.

    Raises:
        ConfigError: there is nothing in it that could be said.
    """
    if not any(char.isalnum() for char in text):
        refuse(operator, "text", f"{text!r} cannot be said", "write words")
    if how is None:
        chinese = sum(ord(char) in _HANZI for char in text)
        spoken = sum(char.isalnum() for char in text)
        kana = any("\u3040" <= char <= "\u30ff" for char in text)
        listened = spoken >= _LISTENED_FROM and chinese > 0 and not kana
        return Phrase(text, like if listened else None)
    return Phrase(text, like if how is Looked.SOUNDS_LIKE else None)


def heard_in(words: Words, dialogue: Dialogue, context: Context) -> Heard:
    """Return where phrases are said, from the one pass over the call where they were in it."""
    if context.heard is not None and context.heard.knows(words.phrases[0]):
        return context.heard
    return Phrasebook(dict.fromkeys(words.all()), context.sound).hear(dialogue)


def places(
    phrase: Phrase, words: Words, heard: Heard, dialogue: Dialogue, scope: Scope
) -> Iterator[Hit]:
    """Yield the hits of one phrase in a scope, weak ones included, by line, then start."""
    for place in heard.places(phrase):
        hit = counted(place, words, heard, dialogue, scope, phrase.text)
        if hit is not None:
            yield hit


def counted(
    place: Place, words: Words, heard: Heard, dialogue: Dialogue, scope: Scope, note: str
) -> Hit | None:
    """Return the hit of a place; None when it is out of scope, void, or negated otherwise."""
    line = dialogue.lines[place.line]
    if not scope.asks(line.role):
        return None
    hit = hit_of(place, line, note)
    if not inside(hit, line, scope):
        return None
    if words.unless and _void(place, words.unless, heard):
        return None
    if words.negated is not Negated.COUNT:
        negated = is_negated(line.text, place.start, place.end)
        if negated is not (words.negated is Negated.ONLY):
            return None
    return hit


def inside(hit: Hit, line: Line, scope: Scope) -> bool:
    """Tell whether what is said begins in a window; `whole`: the line must end there, too."""
    for window in scope.windows:
        if window.start <= hit.span.start < window.end:
            return not scope.whole or line.span.end <= window.end
    return False


def hit_of(place: Place, line: Line, note: str) -> Hit:
    """Return a place as a hit."""
    return Hit(
        line.when(place.start, place.end),
        EvidenceKind.SAID,
        line.channel,
        line.role,
        line.segment,
        line.text[place.start : place.end],
        Match.EXACT if place.exact else Match.SOUNDS_LIKE,
        place.score,
        note=note,
    )


def _void(place: Place, unless: Sequence[Phrase], heard: Heard) -> bool:
    return any(
        other.line == place.line
        and other.start <= place.end + _AROUND
        and place.start <= other.end + _AROUND
        for phrase in unless
        for other in heard.places(phrase)
    )


def split(hits: Sequence[tuple[Hit, Phrase]]) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """Return the hits that count, by start, and those too unlike to count for more than a doubt."""
    sure: list[Hit] = []
    weak: list[Hit] = []
    for hit, phrase in hits:
        least = 0.0 if phrase.like is None else phrase.like
        is_sure = hit.match is Match.EXACT or (hit.score or 0.0) >= least
        (sure if is_sure else weak).append(hit)
    taken = [(h.segment, h.span) for h in sure]
    weak = [h for h in weak if not any(h.segment == s and h.span.overlap(t) > 0 for s, t in taken)]
    return in_order(sure), in_order(weak)


def in_order(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return hits by start; of the same words only one."""
    if len(hits) < 2:  # noqa: PLR2004
        return tuple(hits)
    found = {(h.segment, h.span, h.quote): h for h in sorted(hits, key=lambda h: h.score or 0.0)}
    return tuple(sorted(found.values(), key=lambda h: h.span))


def nearest(words: Words, heard: Heard, dialogue: Dialogue, scope: Scope) -> Hit | None:
    """Return what in the scope comes closest to one of the phrases; None when nothing does."""
    touched = ((heard.nearest(phrase), phrase.text) for phrase in words.wanted & heard.touched)
    near = [(place, text) for place, text in touched if place is not None]
    for place, text in sorted(near, key=lambda n: (-n[0].score, n)):
        line = dialogue.lines[place.line]
        if scope.asks(line.role):
            hit = hit_of(place, line, text)
            if inside(hit, line, scope):
                return hit
    return None


def found(
    words: Words, hits: Sequence[tuple[Hit, Phrase]], heard: Heard, dialogue: Dialogue, scope: Scope
) -> Found:
    """Return what was found, and what came closest where nothing was."""
    sure, weak = split(hits)
    if sure:
        return Found(sure, doubts=weak)
    return Found((), weak[0] if weak else nearest(words, heard, dialogue, scope), weak)
