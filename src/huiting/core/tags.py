"""SenseVoice-style tags: `<|zh|><|ANGRY|><|Speech|><|withitn|>text`, written and read.

A header of four tags (language, emotion, event, whether numbers are written as digits), then
the text. The vocabulary of the header is closed, but for languages that SenseVoice lacks, which
are written by their ISO 639 code, and `und` where none is known. In the text, an entity stands
between tags of its kind in capitals: `<|ORDER_NO|>2025031088<|/ORDER_NO|>`. Text that would
read as a tag is escaped: `<|` is written `<|<|>`, a line feed `<|LF|>`, a carriage return
`<|CR|>`.

What is formatted is parsed back as it was. Strings of other programs are read with good will:
several headers in one string, headers cut short, tags in another order, tags nobody knows
(which stay as text).
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from huiting.core.types import EmotionLabel


class Sounding(StrEnum):
    """What a segment holds: SenseVoice's vocabulary."""

    SPEECH = "Speech"
    BGM = "BGM"
    APPLAUSE = "Applause"
    LAUGHTER = "Laughter"
    CRY = "Cry"
    SNEEZE = "Sneeze"
    BREATH = "Breath"
    COUGH = "Cough"
    SING = "Sing"
    SPEECH_NOISE = "Speech_Noise"
    BACKGROUND = "GBG"
    UNKNOWN = "Event_UNK"


@dataclass(frozen=True, slots=True)
class Mark:
    """An entity in the text of a segment."""

    kind: str
    """As the team names it, in lower case: `order_no`, `coupon`, `优惠券`."""
    start: int
    """First character, as an offset into the text."""
    end: int
    """One past the last."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A segment with its tags."""

    text: str
    language: str | None = None
    """ISO 639 code; None when unknown, or when nobody speaks."""
    emotion: EmotionLabel = EmotionLabel.UNKNOWN
    event: Sounding = Sounding.SPEECH
    itn: bool = True
    """Numbers are written as digits."""
    speech: bool = True
    """Somebody speaks; False is written `<|nospeech|>`."""
    marks: tuple[Mark, ...] = ()
    """In order and apart."""

    def __post_init__(self) -> None:
        """Refuse what could not be read back."""
        bounds = [0, *(place for m in self.marks for place in (m.start, m.end)), len(self.text)]
        if any(a > b for a, b in pairwise(bounds)):
            raise ValueError("marks must be in order, apart, and inside the text")
        for mark in self.marks:
            if not is_kind(mark.kind):
                raise ValueError(f"no tag can be made of the kind {mark.kind!r}")
        if self.language is not None and not is_language(self.language):
            raise ValueError(f"no ISO 639 code: {self.language!r}")
        if not self.speech and self.language is not None:
            raise ValueError("nobody speaks, so there is no language")


_LANGUAGE = re.compile(r"(?!und)[a-z]{2,3}")
_NO_SPEECH, _UNDETERMINED = "nospeech", "und"
_EMOTIONS = {label.value: label for label in EmotionLabel}
_EVENTS = {event.value: event for event in Sounding}
_ITN = {"withitn": True, "woitn": False}
_ESCAPED = {"<|": "<", "\n": "LF", "\r": "CR"}
_MEANT = {name: char for char, name in _ESCAPED.items()}
_KIND = re.compile(r"[^\W\d]\w*")
_TAG = re.compile(r"<\|(<|/?[^\s|<>/]+)\|>")
_SPECIAL = re.compile(r"<\||\n|\r")


def is_kind(kind: str) -> bool:
    """Tell whether a kind of entity can be a tag: a word in lower case that no other tag has."""
    name = kind.upper()
    taken = name in _EMOTIONS or name in _EVENTS or name in _MEANT
    return _KIND.fullmatch(kind) is not None and name.lower() == kind and not taken


def is_language(code: str) -> bool:
    """Tell whether a code can be a language's tag."""
    return _LANGUAGE.fullmatch(code) is not None


def tag(name: str) -> str:
    """Return `<|name|>`."""
    return f"<|{name}|>"


def escaped(text: str) -> str:
    """Return text in which nothing reads as a tag or a line's end."""
    return _SPECIAL.sub(lambda found: tag(_ESCAPED[found[0]]), text)


def unescaped(text: str) -> str:
    """Return what `escaped` was given."""
    return _TAG.sub(lambda found: _MEANT.get(found[1], found[0]), text)


def to_tags(segment: Tagged) -> str:
    """Return a segment with its tags, on one line."""
    language = (segment.language or _UNDETERMINED) if segment.speech else _NO_SPEECH
    itn = "withitn" if segment.itn else "woitn"
    header = (language, segment.emotion.value, segment.event.value, itn)
    return "".join(map(tag, header)) + marked(segment.text, segment.marks)


def marked(text: str, marks: Sequence[Mark]) -> str:
    """Return the text, escaped, with its entities between tags."""
    parts, at = [], 0
    for mark in marks:
        name = mark.kind.upper()
        inside = escaped(text[mark.start : mark.end])
        parts += [escaped(text[at : mark.start]), tag(name), inside, tag(f"/{name}")]
        at = mark.end
    return "".join([*parts, escaped(text[at:])])


def join_tags(segments: Iterable[Tagged]) -> str:
    """Return several segments in one string, as SenseVoice does: a space between them."""
    return " ".join(map(to_tags, segments))


def from_tags(text: str) -> tuple[Tagged, ...]:
    """Return the segments of a string with tags; none for an empty string.

    A header ends the segment before it, whose one trailing space is dropped. A header that
    lacks a tag takes the usual one; a string that begins without a header is one segment of
    which nothing is known. Tags that nobody knows stay in the text.
    """
    found: list[Tagged] = []
    current: Tagged | None = None
    body = ""
    for header, piece in _pieces(text):
        if current is not None or body:
            found.append(_filled(current or Tagged(""), body.removesuffix(" ")))
        current, body = header, piece
    if current is not None or body:
        found.append(_filled(current or Tagged(""), body))
    return tuple(found)


def _pieces(text: str) -> Iterator[tuple[Tagged | None, str]]:
    """Yield each header with the raw text that follows it; None for text before the first."""
    at = 0
    header: Tagged | None = None
    names: list[str] = []
    body_from = 0
    for match in _TAG.finditer(text):
        if not _is_header(match[1]):
            continue
        goes_on = names and not text[at : match.start()].strip() and not _again(match[1], names)
        if not goes_on:
            if names or match.start() > 0:
                yield header, text[body_from : match.start()]
            names = []
        names.append(match[1])
        header = _header(names)
        at = body_from = match.end()
    yield header, text[body_from:]


def _again(name: str, names: Sequence[str]) -> bool:
    """Tell whether a header has a tag in this one's place already, and so is complete."""
    return _slot(name) in map(_slot, names)


def _is_header(name: str) -> bool:
    return _slot(name) is not None


def _slot(name: str) -> int | None:
    if name in {_NO_SPEECH, _UNDETERMINED} or _LANGUAGE.fullmatch(name):
        return 0
    tables: tuple[Container[str], ...] = (_EMOTIONS, _EVENTS, _ITN)
    return next((place for place, table in enumerate(tables, 1) if name in table), None)


def _header(names: Sequence[str]) -> Tagged:
    found = Tagged("")
    for name in names:
        match _slot(name):
            case 0:
                found = replace(
                    found,
                    speech=name != _NO_SPEECH,
                    language=None if name in {_NO_SPEECH, _UNDETERMINED} else name,
                )
            case 1:
                found = replace(found, emotion=_EMOTIONS[name])
            case 2:
                found = replace(found, event=_EVENTS[name])
            case _:
                found = replace(found, itn=_ITN[name])
    return found


def _filled(header: Tagged, raw: str) -> Tagged:
    text, marks = unmarked(raw)
    return replace(header, text=text, marks=marks)


def unmarked(raw: str) -> tuple[str, tuple[Mark, ...]]:
    """Return the text and the entities of what `marked` wrote.

    A tag that is never closed, or was never opened, stays as text.
    """
    tags = list(_TAG.finditer(raw))
    marks: list[Mark] = []
    text, at, place = "", 0, 0
    while place < len(tags):
        opened = tags[place]
        closing = _closing(tags, place)
        text += raw[at : opened.start()]
        if closing is None:
            text += _MEANT.get(opened[1], opened[0])
            at = opened.end()
            place += 1
            continue
        inside = unescaped(raw[opened.end() : tags[closing].start()])
        marks.append(Mark(opened[1].lower(), len(text), len(text) + len(inside)))
        text += inside
        at = tags[closing].end()
        place = closing + 1
    return text + raw[at:], tuple(marks)


def _closing(tags: Sequence[re.Match[str]], place: int) -> int | None:
    """Return where the tag that closes this one stands; None for one that opens no entity.

    Only escapes may stand between: entities do not nest.
    """
    name = tags[place][1]
    if name != name.upper() or not is_kind(name.lower()):
        return None
    for later in range(place + 1, len(tags)):
        if tags[later][1] == f"/{name}":
            return later
        if tags[later][1] not in _MEANT:
            return None
    return None
