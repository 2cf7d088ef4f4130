"""The lines of a rich transcript: a segment or an event each, with its time and whose it is.

    [0.480-2.960 agent@0] <|zh|><|NEUTRAL|><|Speech|><|withitn|>您好
    [13.570-15.190 -@1] <|DTMF|>482913#<|/DTMF|><|source=signal|><|score=0.98|>

`who` is the role and the channel, with the diarized speaker where there is one
(`customer@0.1`); `-` stands for what is not known. What `line_of` writes `read_line` reads
back as it was.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from huiting.core.errors import InputError
from huiting.core.meaning import Entity
from huiting.core.tags import (
    Mark,
    Sounding,
    Tagged,
    escaped,
    from_tags,
    is_kind,
    is_language,
    tag,
    to_tags,
)
from huiting.core.tags import unescaped as plain
from huiting.core.types import (
    EmotionLabel,
    Event,
    EventLabel,
    EventSource,
    Role,
    Segment,
    Span,
)

SOUNDING = {
    EventLabel.LAUGHTER: Sounding.LAUGHTER,
    EventLabel.CRY: Sounding.CRY,
    EventLabel.APPLAUSE: Sounding.APPLAUSE,
    EventLabel.SNEEZE: Sounding.SNEEZE,
    EventLabel.COUGH: Sounding.COUGH,
    EventLabel.BREATH: Sounding.BREATH,
    EventLabel.SINGING: Sounding.SING,
    EventLabel.MUSIC_UNDER_SPEECH: Sounding.BGM,
    EventLabel.NOISE: Sounding.SPEECH_NOISE,
}
"""SenseVoice's word for an event that a segment may hold; the first that applies is written."""
_LINE = re.compile(r"\[(\d+\.\d{3})-(\d+\.\d{3}) ([a-z]+|-)@(\d+|-)(?:\.(\d+))?\] ?(.*)")
_EVENT = re.compile(r"<\|([A-Z][A-Z_]*)\|>(.*)<\|/\1\|>((?:<\|[a-z]+=[^|]*\|>)*)")
_ATTRIBUTE = re.compile(r"<\|([a-z]+)=([^|]*)\|>")


@dataclass(frozen=True, slots=True)
class RichSegment:
    """A segment as a rich transcript has it."""

    span: Span
    role: Role
    channel: int
    speaker: int | None
    tagged: Tagged


def rich_segment(
    segment: Segment, events: Iterable[Event], entities: Iterable[Entity]
) -> RichSegment:
    """Return a segment with the events that it holds and the entities said in it.

    Args:
        segment: of the call.
        events: of the call; those on the segment's channel that share time with it count.
        entities: of this segment. Of those that overlap the longest stays.
    """
    held = {e.label for e in events if _held(e, segment)}
    sounding = next((said for label, said in SOUNDING.items() if label in held), Sounding.SPEECH)
    tagged = Tagged(
        text=segment.text,
        language=segment.language if is_language(segment.language or "") else None,
        emotion=segment.emotion.label if segment.emotion else EmotionLabel.UNKNOWN,
        event=sounding,
        itn=True,
        marks=_apart(entities, segment.text),
    )
    span = Span(round(segment.span.start, 3), round(segment.span.end, 3))
    return RichSegment(span, segment.role, segment.channel, segment.speaker, tagged)


def _held(event: Event, segment: Segment) -> bool:
    here = event.channel in (None, segment.channel)
    return here and event.span.overlap(segment.span) > 0


def _apart(entities: Iterable[Entity], text: str) -> tuple[Mark, ...]:
    kept: list[Mark] = []
    for entity in sorted(entities, key=lambda e: (e.start - e.end, e.start)):
        mark = Mark(entity.kind.lower(), entity.start, entity.end)
        free = all(mark.end <= other.start or other.end <= mark.start for other in kept)
        if free and is_kind(mark.kind) and 0 <= mark.start < mark.end <= len(text):
            kept.append(mark)
    return tuple(sorted(kept, key=lambda m: m.start))


def line_of(item: RichSegment | Event) -> str:
    """Return the line of a segment or an event."""
    if isinstance(item, RichSegment):
        who = _who(item.role, item.channel, item.speaker)
        return f"{_time(item.span)} {who}] {to_tags(item.tagged)}"
    name = item.label.name
    attributes = {"source": item.source.value, "score": item.score, "value": item.value}
    written = "".join(f"<|{k}={v}|>" for k, v in attributes.items() if v is not None)
    body = f"{tag(name)}{escaped(item.text or '')}{tag(f'/{name}')}{written}"
    return f"{_time(item.span)} {_who(item.role, item.channel, None)}] {body}"


def _time(span: Span) -> str:
    return f"[{span.start:.3f}-{span.end:.3f}"


def _who(role: Role | None, channel: int | None, speaker: int | None) -> str:
    place = "-" if channel is None else str(channel)
    number = "" if speaker is None else f".{speaker}"
    return f"{role.value if role else '-'}@{place}{number}"


def read_line(line: str, number: int = 1, name: str = "rich transcript") -> RichSegment | Event:
    """Return what a line stands for.

    Raises:
        InputError: it is no such line; `name` and `number` say which.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        raise _unread(
            name, number, "no time and speaker in front", "write [start-end role@channel]"
        )
    start, end, role, channel, speaker, body = match.groups()
    try:
        span = Span(float(start), float(end))
        party = None if role == "-" else Role(role)
        if event := _EVENT.fullmatch(body):
            return _event(event, span, party, None if channel == "-" else int(channel))
        [tagged] = from_tags(body)
        return RichSegment(
            span,
            party or Role.UNKNOWN,
            int(channel),
            None if speaker is None else int(speaker),
            tagged,
        )
    except (ValueError, KeyError) as error:
        raise _unread(name, number, str(error), "see docs/reference/rich-transcript.md") from error


def _event(match: re.Match[str], span: Span, role: Role | None, channel: int | None) -> Event:
    attributes = dict(_ATTRIBUTE.findall(match[3]))
    score, value = attributes.get("score"), attributes.get("value")
    return Event(
        EventLabel[match[1]],
        span,
        EventSource(attributes["source"]),
        channel=channel,
        score=None if score is None else float(score),
        role=role,
        value=None if value is None else float(value),
        text=plain(match[2]) or None,
    )


def _unread(name: str, number: int, reason: str, remedy: str) -> InputError:
    return InputError(f"{name}, line {number}", reason, remedy)
