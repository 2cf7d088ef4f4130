"""The team's own entities: products, brands, codes; by word, by sound, by pattern.

Words are found whatever their case and spacing, never inside a longer Latin word or
number. By sound they are found where a recognizer wrote other characters of the same
pronunciation; the entity's score is then the share of syllables that sound just so, the
rest being those that telephones confuse (zh/z, n/ng, n/l).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from huiting.core.meaning import EntitySource
from huiting.core.ports import Sound
from huiting.text.entities.candidate import LISTED, Candidate, Passage, folded

LEAST_SYLLABLES = 3
"""Shorter words sound like too much else."""
_AFTER = 12
"""Characters between the words a pattern must stand behind and itself, at most."""


@dataclass(frozen=True, slots=True)
class ListedWord:
    """A word of the team's, and what else it is called."""

    value: str
    aliases: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """All that may be said for it."""
        return (self.value, *self.aliases)


@dataclass(frozen=True, slots=True)
class ListedPattern:
    """A form of the team's numbers or codes."""

    regex: re.Pattern[str]
    value: str = r"\g<0>"
    """What the value is, as a template of `re.Match.expand`."""
    after: tuple[str, ...] = ()
    """It must stand behind one of these words, in the text or in what was asked; empty for
    anywhere."""
    inside: bool = False
    """It may be part of a longer number or Latin word."""


@dataclass(frozen=True, slots=True)
class EntityList:
    """One kind of entity of the team's."""

    kind: str
    tag: str
    """Shown in transcripts and by redaction: ORDER_NUMBER."""
    words: tuple[ListedWord, ...] = ()
    patterns: tuple[ListedPattern, ...] = ()
    sounds_like: bool = False


def tags_of(lists: Sequence[EntityList]) -> Mapping[str, str]:
    """Return the tag of each kind of the team's."""
    return {found.kind: found.tag for found in lists}


Matcher = Callable[[Passage], Iterator[Candidate]]


def matcher(lists: Sequence[EntityList], sound: Sound | None) -> Matcher:
    """Return a finder of all that the lists hold.

    Args:
        lists: of the team; where two hold one form, the earlier one has it.
        sound: says how each character of a text sounds; None to go by what is written.
    """
    written = _by_words(lists)
    alike = [found for found in lists if found.sounds_like]
    heard = _by_sound(alike, sound) if sound is not None and alike else None
    patterns = [(found.kind, pattern) for found in lists for pattern in found.patterns]

    def find(passage: Passage) -> Iterator[Candidate]:
        yield from written(passage)
        if heard is not None:
            yield from heard(passage)
        for kind, pattern in patterns:
            yield from _by_pattern(kind, pattern, passage)

    return find


def _by_words(lists: Sequence[EntityList]) -> Matcher:
    from ahocorasick_rs import AhoCorasick, MatchKind

    owners: dict[str, tuple[str, str]] = {}
    for found in lists:
        for word in found.words:
            for form in word.forms:
                owners.setdefault(_squeezed(form)[0], (found.kind, word.value))
    owners.pop("", None)
    forms = list(owners)
    machine = AhoCorasick(forms, matchkind=MatchKind.LeftmostLongest) if forms else None

    def find(passage: Passage) -> Iterator[Candidate]:
        if machine is None:
            return
        squeezed, places = _squeezed(passage.text)
        for which, start, end in machine.find_matches_as_indexes(squeezed):
            kind, value = owners[forms[which]]
            first, last = places[start], places[end - 1] + 1
            if not _cuts(passage.text, first, last):
                yield Candidate(kind, first, last, value, LISTED, EntitySource.LIST)

    return find


def _squeezed(text: str) -> tuple[str, list[int]]:
    """Return the text in lower case and without spaces, and where each character stood."""
    places = [i for i, c in enumerate(text) if not c.isspace()]
    lowered = (folded(text[i]).lower() for i in places)
    return "".join(
        c if len(c) == 1 else text[i] for c, i in zip(lowered, places, strict=True)
    ), places


def _cuts(text: str, start: int, end: int) -> bool:
    """Tell whether a match would cut a Latin word or a number in two."""
    return (start > 0 and _same(text[start - 1], text[start])) or (
        end < len(text) and _same(text[end - 1], text[end])
    )


def _same(a: str, b: str) -> bool:
    letters = a.isascii() and b.isascii() and a.isalpha() and b.isalpha()
    return letters or (a.isdecimal() and b.isdecimal())


def _by_sound(lists: Sequence[EntityList], sound: Sound) -> Matcher:
    from ahocorasick_rs import AhoCorasick, MatchKind

    codes: dict[str, str] = {}

    def encoded(syllables: Sequence[str]) -> str:
        return "".join(
            codes.setdefault(s, chr(0xE000 + len(codes))) for s in map(_alike, syllables)
        )

    owners: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    for found in lists:
        for word in found.words:
            for form in word.forms:
                syllables = tuple(s for s in sound(form) if s)
                if len(syllables) >= LEAST_SYLLABLES:
                    owners.setdefault(encoded(syllables), (found.kind, word.value, syllables))
    forms = list(owners)
    machine = AhoCorasick(forms, matchkind=MatchKind.LeftmostLongest) if forms else None

    def find(passage: Passage) -> Iterator[Candidate]:
        if machine is None:
            return
        heard = [(i, s) for i, s in enumerate(sound(passage.text)) if s]
        text = "".join(codes.get(_alike(s), "\0") for _, s in heard)
        for which, start, end in machine.find_matches_as_indexes(text):
            kind, value, syllables = owners[forms[which]]
            first, last = heard[start][0], heard[end - 1][0] + 1
            if _cuts(passage.text, first, last):
                continue
            same = sum(a == s for a, (_, s) in zip(syllables, heard[start:end], strict=True))
            score = same / len(syllables)
            yield Candidate(kind, first, last, value, LISTED - 1, EntitySource.LIST, score)

    return find


@cache
def _alike(syllable: str) -> str:
    """Return what a syllable is taken for on a telephone."""
    if not syllable.isascii() or len(syllable) == 1:
        return syllable
    return re.sub(r"ng$", "n", re.sub(r"^([zcs])h", r"\1", re.sub(r"^l", "n", syllable)))


def _by_pattern(kind: str, pattern: ListedPattern, passage: Passage) -> Iterator[Candidate]:
    text = passage.text
    for found in pattern.regex.finditer(text):
        start, end = found.span()
        if start == end or (not pattern.inside and _cuts(text, start, end)):
            continue
        near = text[max(0, start - _AFTER - max(map(len, pattern.after), default=0)) : start]
        told = (near, passage.before, *passage.asked)
        if pattern.after and not any(word in said for word in pattern.after for said in told):
            continue
        yield Candidate(kind, start, end, found.expand(pattern.value), LISTED, EntitySource.LIST)
