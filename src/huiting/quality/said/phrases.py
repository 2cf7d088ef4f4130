"""A phrase, and where it is said: as written, or so that it sounds the same.

`*` in a phrase stands for a few characters (or words) of the same sentence. Words of
languages with spaces are found as words, with the usual endings. Only Chinese is compared
by sound: other writing shows how it sounds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from huiting.core.ports import Sound
from huiting.quality.matching.fold import plain
from huiting.quality.said.lines import Line, confusable

GAP = 8
"""Characters that `*` stands for at most; in languages with spaces, words: half as many."""
_HAN = re.compile(r"^[㐀-䶿一-鿿]+$")
_SPACED = re.compile(r"[a-zà-ɏ]")
_STRENGTH = {2: 0.3, 3: 0.8}
"""How much a phrase counts that only sounds like it, by its length: short ones coincide."""
_LONG = 0.9
_PLAIN_SOUND = 2
"""Characters up to which two sounds must be the same, not just confusable."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What to look for; made by `phrase`."""

    text: str
    needle: str
    """A part of it that is in every folded text in which the phrase is."""
    pattern: re.Pattern[str]
    heard: str = ""
    """How it sounds, as in `Line.heard`; empty when sound is not compared."""
    strict: str = ""
    """Its very syllables, where confusable ones will not do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phrase is said."""

    start: int
    """First character, as an offset into the text."""
    end: int
    strength: float
    """1 as written; less where it only sounds like it."""


def phrase(text: str, sound: Sound) -> Phrase:
    """Return `text` ready to be looked for."""
    folded = plain(text.strip())
    parts = [part.strip() for part in folded.split("*")]
    spaced = _SPACED.search(folded) is not None
    needle = max((p for part in parts for p in (part.split() if spaced else [part])), key=len)
    pattern = re.compile(_pattern(parts, spaced=spaced))
    if not _HAN.match(folded) or len(folded) < min(_STRENGTH):
        return Phrase(text, needle, pattern)
    syllables = [s for s in sound(text.strip()) if s]
    heard = "".join(f" {confusable(s)}" for s in syllables)
    strict = "".join(f" {s}" for s in syllables) if len(folded) <= _PLAIN_SOUND else ""
    return Phrase(text, needle, pattern, heard if len(syllables) == len(folded) else "", strict)


def _pattern(parts: list[str], *, spaced: bool) -> str:
    if not spaced:
        return rf"[^。！？!?]{{0,{GAP}}}?".join(re.escape(part) for part in parts)
    words = [r"\s+".join(re.escape(word) for word in part.split()) for part in parts]
    gap = rf"\W+(?:\w+\W+){{0,{GAP // 2}}}?"
    return rf"\b{gap.join(words)}(?:s|es|ed|d|ing)?\b"


def can_be_in(wanted: Phrase, folded: str, heard: str) -> bool:
    """Tell whether it can be said in some text, of one line or of many: a quick look.

    Args:
        wanted: what to look for.
        folded: the text, as in `Line.folded`.
        heard: how it sounds, as in `Line.heard`.
    """
    return wanted.needle in folded or (bool(wanted.heard) and wanted.heard in heard)


def places(wanted: Phrase, line: Line) -> Iterator[Place]:
    """Yield where it is said, as written first; what only sounds like it where nothing is so."""
    found = False
    if wanted.needle in line.folded:
        for match in wanted.pattern.finditer(line.folded):
            found = True
            yield Place(match.start(), match.end(), 1.0)
    if not found and wanted.heard and wanted.heard in line.heard:
        yield from _alike(wanted, line)


def _alike(wanted: Phrase, line: Line) -> Iterator[Place]:
    at = line.heard.find(wanted.heard)
    while at >= 0:
        end = at + len(wanted.heard)
        if end == len(line.heard) or line.heard[end] == " ":
            start, stop = line.characters(at, end)
            said = "".join(f" {s}" for s in line.sounds[start:stop])
            unbroken = stop - start == len(wanted.text.strip())
            if unbroken and (not wanted.strict or said == wanted.strict):
                yield Place(start, stop, _STRENGTH.get(len(wanted.text.strip()), _LONG))
        at = line.heard.find(wanted.heard, end)
