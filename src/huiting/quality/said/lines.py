"""What is said in a call, made ready for phrases to be looked for in it.

Folding keeps the length of a text, so that a place found in it is a place in the text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from huiting.core.meaning import Quote
from huiting.core.ports import Sound
from huiting.core.types import Call, Role, Segment, Span
from huiting.quality._phrases import only_listens
from huiting.quality.dialogue import character_times
from huiting.quality.matching.fold import plain

_ENDS = re.compile(r"[。！？!?；;\n]|\.(?=\s|$)")
_PAUSES = re.compile(r"[，,、：:]")
_LONGEST = 60
"""Characters of a quote beyond which it is cut at commas too; twice as many in ASCII."""
_GREETING = re.compile(
    r"你好|您好|喂|请问|麻烦|那个|这个|哎|诶|嗯|啊|哦|呃|我|"
    r"\b(?:hello|hi|hey|yes|um|uh|well|good (?:morning|afternoon|evening)|i|my)\b|"
    r"もしもし|すみません|こんにちは|あの|えっと|はい"
)
_OPENING = re.compile(
    r"(?:(?:你好|您好|喂|哎|诶|嗯|啊|哦|呃|那个|hello|hi|hey|um|uh|もしもし|すみません|こんにちは|あの|えっと)"
    r"[\s，,。.！!、]*)+"
)
_TELLING = 3
"""Letters besides greetings from which a turn tells why somebody calls."""


@dataclass(frozen=True, slots=True)
class Line:
    """One segment."""

    place: int
    """In `Call.segments`."""
    segment: Segment
    folded: str
    """As long as `segment.text`."""
    sounds: tuple[str, ...]
    """How each character sounds; empty where it has no sound."""
    heard: str
    """How it sounds: each syllable with a space before it."""
    syllables: tuple[int, ...]
    """Where in `heard` each syllable begins, its space included."""
    origins: tuple[int, ...]
    """Which character of the text each syllable belongs to."""

    @property
    def role(self) -> Role:
        """Who says it."""
        return self.segment.role

    @property
    def language(self) -> str | None:
        """ISO 639; None where nobody knows."""
        return self.segment.language

    def characters(self, start: int, end: int) -> tuple[int, int]:
        """Return which characters of the text sound like `heard[start:end]`."""
        first = bisect_right(self.syllables, start) - 1
        last = bisect_left(self.syllables, end) - 1
        return self.origins[first], self.origins[last] + 1


@dataclass(frozen=True, slots=True)
class Turn:
    """Lines of one role in a row."""

    role: Role
    lines: tuple[Line, ...]

    @property
    def tells(self) -> bool:
        """Whether it is more than a greeting, a number or 嗯."""
        text = "".join(line.folded for line in self.lines)
        letters = [c for c in _GREETING.sub("", text) if c.isalpha()]
        return len(letters) >= _TELLING and not only_listens(text)


def lines_of(call: Call, sound: Sound) -> tuple[Line, ...]:
    """Return what is said in the call, without segments that have no text."""
    return tuple(
        _line(place, segment, sound)
        for place, segment in enumerate(call.segments)
        if segment.text.strip()
    )


def turns_of(lines: Sequence[Line]) -> tuple[Turn, ...]:
    """Join lines of one role that follow each other."""
    turns: list[Turn] = []
    for line in lines:
        if turns and turns[-1].role is line.role:
            turns[-1] = Turn(line.role, (*turns[-1].lines, line))
        else:
            turns.append(Turn(line.role, (line,)))
    return tuple(turns)


def opening(folded: str) -> int:
    """Return where a text begins to say something: after 喂，你好."""
    greeted = _OPENING.match(folded)
    return greeted.end() if greeted and greeted.end() < len(folded) else 0


def _line(place: int, segment: Segment, sound: Sound) -> Line:
    heard, syllables, origins = "", [], []
    sounds = tuple(sound(segment.text))
    for at, syllable in enumerate(sounds):
        if syllable:
            syllables.append(len(heard))
            origins.append(at)
            heard += f" {confusable(syllable)}"
    folded = plain(segment.text)
    return Line(place, segment, folded, sounds, heard, tuple(syllables), tuple(origins))


_CONFUSED = (
    (re.compile(r"^zh"), "z"),
    (re.compile(r"^ch"), "c"),
    (re.compile(r"^sh"), "s"),
    (re.compile(r"^l(?=.)"), "n"),
    (re.compile(r"^f(?=.)"), "h"),
    (re.compile(r"(?<=[aei])ng$"), "n"),
)


@cache  # there are some 400 syllables
def confusable(syllable: str) -> str:
    """Return a syllable with what telephone speech confuses made one: zh/z, n/l, h/f, -n/-ng."""
    for pattern, same in _CONFUSED:
        syllable = pattern.sub(same, syllable)
    return syllable


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the sentence around [start, end), cut at commas where it is long."""
    first, last = _between(_ENDS, text, start, end)
    if last - first > _LONGEST * (2 if text[first:last].isascii() else 1):
        inner_first, inner_last = _between(_PAUSES, text[:last], start, end)
        first, last = max(first, inner_first), min(last, inner_last)
    while first < start and text[first].isspace():
        first += 1
    return first, last


def _between(marks: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int]:
    before = [m.end() for m in marks.finditer(text, 0, start)]
    after = marks.search(text, max(start, end - 1))
    return (before[-1] if before else 0), (after.end() if after else len(text))


def quote(line: Line, start: int, end: int) -> Quote:
    """Return the sentence in which the characters [start, end) are said, with its time."""
    first, last = sentence(line.segment.text, start, end)
    times = character_times(line.segment)
    span = Span(times[first].start, times[last - 1].end) if times else line.segment.span
    return Quote(line.place, line.role, span, line.segment.text[first:last].strip())
