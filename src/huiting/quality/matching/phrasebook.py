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
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate, compress
from math import ceil

from ahocorasick_rs import AhoCorasick

from huiting.core.dialogue import Dialogue, Line
from huiting.core.ports import Sound
from huiting.core.syllables import parts
from huiting.core.types import Role
from huiting.quality.matching.alignment import (
    GAP,
    GAPS_FROM,
    LEAST,
    Syllables,
)
from huiting.quality.matching.fold import fold
from huiting.quality.matching.heard import MOST, Heard, Listened, Phrase, Piece, Sounding
from huiting.quality.matching.sieve import ROLES, Row, Sieve
from huiting.quality.matching.spelling import spellings

WEAK = 0.07
"""How far below what is asked a likeness still leaves a doubt."""
_ALIKE = 0.6
"""Share of the syllables of a phrase that must be alike but for the accent."""
_PAIR = 2
_CHINESE = frozenset({None, "zh", "yue", "cmn", "wuu"})
_NOT_HEARD = "\uffff"
_ASCII = re.compile(r"[\x00-\x7f]")
_DIGITS = {
    "0": "ling", "1": "yi", "2": "er", "3": "san", "4": "si", "5": "wu", "6": "liu", "7": "qi",
    "8": "ba", "9": "jiu",
}  # fmt: skip
_BLURRED = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l", "f": "h"}


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
            return Heard(self._known, (0,), {}, {}, None)
        joined = "\n".join([line.text for line in dialogue.lines])
        begins = list(accumulate((len(line.text) + 1 for line in dialogue.lines), initial=0))
        compiled = self._compiled
        read = compiled.read(joined)
        listened = compiled.listen(dialogue.lines, joined)
        return Heard(self._known, begins, read, listened.rows() if listened else {}, listened)


class _Compiled:
    """Phrases ready to be found."""

    def __init__(self, phrases: Mapping[Phrase, frozenset[Role] | None], sound: Sound) -> None:
        written: defaultdict[str, list[Phrase]] = defaultdict(list)
        self._classes = _Classes()
        self._soundings: dict[tuple[str, float, frozenset[Role] | None], Sounding] = {}
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

    def read(self, joined: str) -> dict[Phrase, list[Piece]]:
        """Return where phrases are said as written."""
        found: dict[Phrase, list[Piece]] = {}
        if self._writing is None:
            return found
        folded = fold(joined)
        text, starts, ends = folded.text, folded.starts, folded.ends
        matches = self._writing.find_matches_as_indexes(text, overlapping=True)
        for pattern, start, end in matches:
            if _inside_number(text, start, end):
                continue
            first = starts[start + (text[start] == " ")]
            last = ends[end - 1 - (text[end - 1] == " ")]
            for phrase in self._written[pattern]:
                pieces = found.setdefault(phrase, [])
                if len(pieces) < MOST:
                    pieces.append((first, last, 1.0, True))
        return found

    def listen(self, lines: Sequence[Line], joined: str) -> Listened | None:
        """Return where phrases may sound alike; None where nowhere."""
        if not self._rows:
            return None
        at, sounds, roles = _sounds_of_lines(lines)
        classes = "".join(map(self._classes.__getitem__, sounds))
        found = list(self._sieve.sift(classes, roles))
        if not found:
            return None
        said = Syllables(sounds, "".join(map((joined or "\n").__getitem__, at)))
        return Listened(self._rows, at, said, found)


def _sounding(
    phrase: Phrase, roles: frozenset[Role] | None, syllables: Syllables, classes: str
) -> Sounding:
    assert phrase.like is not None
    size = len(classes)
    most = (1.0 - phrase.like + WEAK) * size
    least = ceil(_ALIKE * size)
    alike = max(least, size - int(most / LEAST))
    with_gap = size + 1
    if size >= GAPS_FROM and most >= GAP:
        with_gap = max(least, size - 2, size - 1 - int((most - GAP) / LEAST))
    return Sounding([phrase], roles, syllables, classes, most, alike, with_gap)


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
