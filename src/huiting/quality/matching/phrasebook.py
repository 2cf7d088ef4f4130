"""All phrases of all rules, found in a call in one pass as written and one by sound.

Two automata (Aho and Corasick) run over the whole call: one of the phrases as folded text,
one of pairs of syllables, whose finds are then compared in full. Confusions that accents
make (zh and z, n and l, h and f, -n and -ng) are blurred in the pairs, so that a phrase is
found by any pair that is left whole. Knows no rules, roles or windows.

Source:
    A. V. Aho, M. J. Corasick, "Efficient string matching", CACM 1975. That an error leaves
    one of several disjoint pieces whole: Wu and Manber, "Fast text searching allowing
    errors", CACM 1992.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from math import ceil
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from huiting.core.dialogue import Dialogue, Line
from huiting.core.ports import Sound
from huiting.core.syllables import parts
from huiting.core.types import Role
from huiting.quality.matching.alignment import (
    GAP,
    GAPS_FROM,
    LEAST,
    Fit,
    Syllables,
    side_by_side,
    with_gap,
)
from huiting.quality.matching.fold import fold
from huiting.quality.matching.sieve import ROLES, Row, Sieve
from huiting.quality.matching.spelling import spellings

WEAK = 0.07
"""How far below what is asked a likeness still leaves a doubt."""
_NEAR = 0.5
"""Likeness from which something is worth showing as the nearest."""
_ALIKE = 0.6
"""Share of the syllables of a phrase that must be alike but for the accent."""
_PAIR = 2
_MOST = 500
"""Places of one phrase that are kept: more would prove nothing."""
_CHINESE = frozenset({None, "zh", "yue", "cmn", "wuu"})
_NOT_HEARD = "\uffff"
_ASCII = re.compile(r"[\x00-\x7f]")
_DIGITS = {
    "0": "ling", "1": "yi", "2": "er", "3": "san", "4": "si", "5": "wu", "6": "liu", "7": "qi",
    "8": "ba", "9": "jiu",
}  # fmt: skip
_BLURRED = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l", "f": "h"}


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """What is looked for. Two phrases of the same text are two phrases."""

    text: str
    like: float | None = None
    """Likeness in sound from which something counts, in (0, 1]; None: only as written."""


class Place(NamedTuple):
    """Where a phrase is said."""

    line: int
    """Of the dialogue."""
    start: int
    """First character in the line's text."""
    end: int
    """One past the last."""
    score: float
    exact: bool
    """As written; otherwise by sound."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Where the phrases of a phrasebook are said in one call."""

    places: Mapping[Phrase, Sequence[Place]]
    """By line, then start; weak ones included."""
    nearest: Mapping[Phrase, Place]
    """What comes closest to a phrase without being good enough even for a doubt."""
    known: frozenset[Phrase] = field(repr=False)
    touched: frozenset[Phrase] = field(default=frozenset(), repr=False)
    """Those of `places` and of `nearest`: most phrases are in neither."""

    def knows(self, phrase: Phrase) -> bool:
        """Tell whether this was looked for."""
        return phrase in self.known


_Piece = tuple[int, int, float, bool]
"""First character in the joined text, one past the last, score, and whether as written."""
_Found = defaultdict[Phrase, list[_Piece]]


class _Sounding(NamedTuple):
    """One row of syllables to listen for."""

    phrases: list[Phrase]
    roles: frozenset[Role] | None
    """Who may say it; None: anybody."""
    syllables: Syllables
    classes: str
    most: float
    """What differences may cost together, at most."""
    alike: int
    """How many syllables must then be alike but for the accent."""
    alike_with_gap: int


class _Classes(dict[str, str]):
    """What syllables blur to, a character each; those of no phrase are all the same."""

    def __init__(self) -> None:
        super().__init__({"\n": "\n"})
        self._known: dict[str, str] = {}

    def learn(self, sound: str) -> str:
        """Return the class of a syllable of a phrase."""
        name = blurred(sound)
        self[sound] = self._known.setdefault(name, chr(0xE000 + len(self._known)))
        return self[sound]

    def __missing__(self, sound: str) -> str:
        self[sound] = self._known.get(blurred(sound), _NOT_HEARD)
        return self[sound]


def blurred(syllable: str) -> str:
    """Return a name that syllables share which accents of Mandarin confuse."""
    found = parts(syllable) if syllable.islower() else None
    if found is None:
        return syllable
    initial, (medial, nucleus, coda) = found
    vowel = {"ɨ": "i"}.get(nucleus, nucleus)
    medial = medial.replace("v", "i")
    return f"{_BLURRED.get(initial, initial)}|{medial}{vowel}{'n' if coda == 'ng' else coda}"


class Phrasebook:
    """Finds phrases in calls. Compiled when first used; may be used from several threads."""

    def __init__(self, phrases: Mapping[Phrase, frozenset[Role] | None], sound: Sound) -> None:
        """Take phrases, each with the roles in whose lines it matters (None: anybody's)."""
        self.phrases = phrases
        self._known = frozenset(phrases)
        self._sound = sound

    @cached_property
    def _compiled(self) -> "_Compiled":
        return _Compiled(self.phrases, self._sound)

    def hear(self, dialogue: Dialogue) -> Heard:
        """Return where each phrase is said in a call."""
        if not dialogue.lines:
            return Heard({}, {}, self._known)
        texts = [line.text for line in dialogue.lines]
        joined = "\n".join(texts)
        begins = [0]
        for text in texts:
            begins.append(begins[-1] + len(text) + 1)
        found: _Found = defaultdict(list)
        near: dict[Phrase, _Piece] = {}
        compiled = self._compiled
        compiled.read(joined, found)
        compiled.listen(dialogue.lines, joined, found, near)
        return Heard(
            {phrase: _placed(pieces, begins) for phrase, pieces in found.items()},
            {phrase: _placed([piece], begins)[0] for phrase, piece in near.items()},
            self._known,
            frozenset((*found, *near)),
        )


class _Compiled:
    """Phrases ready to be found."""

    def __init__(self, phrases: Mapping[Phrase, frozenset[Role] | None], sound: Sound) -> None:
        written: defaultdict[str, list[Phrase]] = defaultdict(list)
        self._classes = _Classes()
        self._soundings: dict[tuple[str, float, frozenset[Role] | None], _Sounding] = {}
        seeds: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for phrase, roles in phrases.items():
            ways = spellings(fold(phrase.text).text)
            for way in ways:
                if way.strip():
                    written[way].append(phrase)
            if phrase.like is not None:
                self._listen_for(phrase, roles, ways, sound, seeds)
        self._written = list(written.values())
        self._writing = AhoCorasick(list(written)) if written else None
        self._rows = list(self._soundings.values())
        rows = [Row(r.classes, r.alike, r.alike_with_gap, r.roles) for r in self._rows]
        self._sieve = Sieve(rows, seeds)

    def _listen_for(
        self,
        phrase: Phrase,
        roles: frozenset[Role] | None,
        ways: Sequence[str],
        sound: Sound,
        seeds: defaultdict[str, list[tuple[int, int]]],
    ) -> None:
        assert phrase.like is not None
        seen = set()
        for way in ways:
            at, sounds = _sounds(way, sound(way))
            if len(sounds) < _PAIR or tuple(sounds) in seen:
                continue
            seen.add(tuple(sounds))
            key = (way, phrase.like, roles)
            if key in self._soundings:
                self._soundings[key].phrases.append(phrase)
                continue
            syllables = Syllables(sounds, [way[i] for i in at])
            classes = "".join(self._classes.learn(s) for s in sounds)
            row = len(self._soundings)
            self._soundings[key] = _sounding(phrase, roles, syllables, classes)
            for place in _pairs(len(sounds)):
                seeds[classes[place : place + _PAIR]].append((row, place))

    def read(self, joined: str, found: _Found) -> None:
        """Add where phrases are said as written."""
        if self._writing is None:
            return
        folded = fold(joined)
        text, starts, ends = folded.text, folded.starts, folded.ends
        matches = self._writing.find_matches_as_indexes(text, overlapping=True)
        for pattern, start, end in matches:
            if _inside_number(text, start, end):
                continue
            first = starts[start + (text[start] == " ")]
            last = ends[end - 1 - (text[end - 1] == " ")]
            for phrase in self._written[pattern]:
                if len(found[phrase]) < _MOST:
                    found[phrase].append((first, last, 1.0, True))

    def listen(
        self, lines: Sequence[Line], joined: str, found: _Found, near: dict[Phrase, _Piece]
    ) -> None:
        """Add where phrases sound alike, and what comes near them."""
        if not self._rows:
            return
        at, sounds, roles = _sounds_of_lines(lines)
        classes = "".join(map(self._classes.__getitem__, sounds))
        said = Syllables(sounds, "".join(map((joined or "\n").__getitem__, at)))
        for number, start, side, gap in self._sieve.sift(classes, roles):
            sounding = self._rows[number]
            best = _fit(sounding, said, start, side=side, gap=gap)
            if best is None:
                continue
            piece = (at[best.start], at[best.end - 1] + 1, best.score, False)
            enough = best.score >= 1.0 - sounding.most / len(sounding.classes)
            for phrase in sounding.phrases:
                if not enough:
                    if phrase not in near or near[phrase][2] < best.score:
                        near[phrase] = piece
                elif len(found[phrase]) < _MOST:
                    found[phrase].append(piece)


def _sounding(
    phrase: Phrase, roles: frozenset[Role] | None, syllables: Syllables, classes: str
) -> _Sounding:
    assert phrase.like is not None
    size = len(classes)
    most = (1.0 - phrase.like + WEAK) * size
    least = ceil(_ALIKE * size)
    alike = max(least, size - int(most / LEAST))
    with_gap = size + 1
    if size >= GAPS_FROM and most >= GAP:
        with_gap = max(least, size - 2, size - 1 - int((most - GAP) / LEAST))
    return _Sounding([phrase], roles, syllables, classes, most, alike, with_gap)


def _fit(sounding: _Sounding, said: Syllables, start: int, *, side: bool, gap: bool) -> Fit | None:
    """Return how a phrase fits at `start`: side by side, or with a gap, as may be."""
    size = len(sounding.classes)
    best = None
    if side:
        best = side_by_side(sounding.syllables, said, start, (1.0 - _NEAR) * size)
        if best is not None and (1.0 - best.score) * size <= sounding.most:
            return best
    return (with_gap(sounding.syllables, said, start, sounding.most) if gap else None) or best


def _pairs(size: int) -> Sequence[int]:
    """Return where the pairs of a phrase begin: apart, or all where there are few."""
    return range(size - 1) if size <= 3 else (*range(0, size - 2, 2), size - 2)  # noqa: PLR2004


def _sounds_of_lines(lines: Sequence[Line]) -> tuple[list[int], list[str], list[int]]:
    """Return the places of what sounds in the joined lines, its sounds, and whose they are.

    A line feed stands first, so that the first syllable may be missing, and between lines.
    Whose a sound is, is the place of the role among all of them.
    """
    at, kept, roles = [0], ["\n"], [0]
    begin = 0
    for line in lines:
        text = line.text
        sound: Sequence[str] = line.sound
        end = begin + len(text)
        if line.language in _CHINESE and len(sound) == len(text):
            if _ASCII.search(text) is not None:
                sound = _read_out(text, sound)
            at += compress(range(begin, end), sound)
            kept += filter(None, sound)
        at.append(end)
        kept.append("\n")
        roles += [ROLES[line.role]] * (len(at) - len(roles))
        begin = end + 1
    return at[:-1], kept[:-1], roles[:-1]


def _sounds(text: str, sounds: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return the places of what sounds, and its sounds."""
    read = _read_out(text, sounds)
    return [place for place, sound in enumerate(read) if sound], [sound for sound in read if sound]


def _read_out(text: str, sounds: Sequence[str]) -> list[str]:
    """Return how each character sounds: letters in upper case, digits as read."""
    read = list(sounds)
    for found in _ASCII.finditer(text):
        place, char = found.start(), found[0]
        if read[place]:
            read[place] = _DIGITS.get(char) or char.upper()
    return read


def _inside_number(text: str, start: int, end: int) -> bool:
    """Tell whether a number found is only a part of another one."""
    if text[start].isdigit() and start and text[start - 1].isdigit():
        return text[start].isascii() == text[start - 1].isascii()
    return text[end - 1].isascii() and text[end - 1].isdigit() and text[end : end + 1].isdigit()


def _placed(pieces: Sequence[_Piece], begins: Sequence[int]) -> Sequence[Place]:
    """Put places in the joined text into their lines; of overlapping ones the best is kept."""
    if len(pieces) == 1:
        start, end, score, exact = pieces[0]
        line = bisect_right(begins, start) - 1
        return (Place(line, start - begins[line], end - begins[line], score, exact),)
    best: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: (-p[3], -p[2], p[0])):
        if all(piece[1] <= kept[0] or kept[1] <= piece[0] for kept in best):
            best.append(piece)
    best.sort()
    placed = []
    for start, end, score, exact in best:
        line = bisect_right(begins, start) - 1
        placed.append(Place(line, start - begins[line], end - begins[line], score, exact))
    return placed
