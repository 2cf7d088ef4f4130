"""Tests written beside a rule: a little dialogue in YAML, made a `Dialogue` to judge.

Times that are not given follow from the text; silences and overlaps follow from the times.
Knows neither what a rule asks nor whether it is answered rightly (see `check`).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate

from huiting.core.dialogue import Dialogue, Line, Unclear
from huiting.core.judgement import Verdict
from huiting.core.meaning import Intent, IntentSource, Meaning
from huiting.core.ports import Sound
from huiting.core.types import (
    Call,
    Channel,
    Emotion,
    EmotionLabel,
    EmotionSource,
    Event,
    EventLabel,
    EventSource,
    Party,
    Recording,
    Region,
    Role,
    RoleSource,
    Segment,
    Span,
)
from huiting.core.yaml_file import Piece, choice, mapping, number, parse, sequence, text
from huiting.quality.metrics import measure
from huiting.quality.rules.mistakes import Mistakes
from huiting.quality.rules.rule import Example, Said, Sounded

TEST = ("name", "dialogue", "events", "metadata", "expect")
_KNOWN = ("language", "duration", "started_at", "intents")
"""Keys under `metadata` that are about the call itself."""
_MARKS = ("emotion", "score", "confidence", "loudness")
_CHARACTER, _WORD, _PAUSE = 0.25, 0.4, 0.5
"""Seconds."""
_AFTER = 0.5
"""Seconds from the last words to the end of the call."""
_HEAD = re.compile(r"(?P<role>\w+)(?:\s+(?P<start>[\d.]+)(?:\s*-\s*(?P<end>[\d.]+))?)?")
_TAIL = re.compile(r"(?P<text>.*?)\s*(?P<marks>\{[^{}]*\})", re.DOTALL)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_UNHEARD = frozenset({"", "?", "？"})
"""What stands for speech that was not understood."""
_CHANNELS = {Role.AGENT: 0, Role.CUSTOMER: 1, Role.SYSTEM: 2, Role.UNKNOWN: 3}
_LIMIT = 200
"""Lines of a dialogue."""
_NOBODY = Said(Role.UNKNOWN, "")
"""Stands for a line that cannot be read."""


def examples_of(piece: Piece, mistakes: Mistakes) -> tuple[Example, ...]:
    """Return the tests that stand at `piece`; those not written as they should be are mistakes.

    Raises:
        InputError: it is no list.
    """
    tests = (mistakes.tried(lambda t=test: _example(t, mistakes), None) for test in sequence(piece))  # type: ignore[misc]
    return tuple(test for test in tests if test is not None)


def _example(piece: Piece, mistakes: Mistakes) -> Example:
    content = mistakes.entries(piece, TEST)
    for key in ("dialogue", "expect"):
        if key not in content:
            piece.refuse(f"{key!r} is missing", f"add {key}:")
    lines = sequence(content["dialogue"])
    if len(lines) > _LIMIT:
        content["dialogue"].refuse(f"more than {_LIMIT} lines", "keep examples small")
    known, others = _metadata(content.get("metadata"))
    return Example(
        name=text(content["name"]) if "name" in content else piece.where,
        where=piece.where,
        dialogue=tuple(
            mistakes.tried(lambda li=line: _said(li), _NOBODY)  # type: ignore[misc]
            for line in lines
        ),
        expect=choice(content["expect"], [verdict.value for verdict in Verdict]),
        events=tuple(_sounded(e) for e in sequence(content["events"]))
        if "events" in content
        else (),
        metadata=others,
        language=text(known["language"]) if "language" in known else None,
        duration=number(known["duration"], 0) if "duration" in known else None,
        started_at=_moment(known["started_at"]) if "started_at" in known else None,
        intents=_intents(known["intents"]) if "intents" in known else {},
    )


def _metadata(piece: Piece | None) -> tuple[dict[str, Piece], dict[str, str]]:
    if piece is None:
        return {}, {}
    content = mapping(piece)
    known = {key: value for key, value in content.items() if key in _KNOWN}
    return known, {key: text(value) for key, value in content.items() if key not in _KNOWN}


def _moment(piece: Piece) -> str:
    try:
        return datetime.fromisoformat(text(piece)).isoformat()
    except ValueError:
        return piece.refuse("no date and time", "write it as 2025-03-12T10:15:00")


def _intents(piece: Piece) -> dict[str, float]:
    return {name: number(score, 0) for name, score in mapping(piece).items()}


def _said(piece: Piece) -> Said:
    """Read `agent 0.5-4: 您好 {confidence: 0.3}`; marks may also stand beside it."""
    content = mapping(piece)
    heads = [key for key in content if key not in _MARKS]
    found = _HEAD.fullmatch(heads[0].strip()) if len(heads) == 1 else None
    roles = [role.value for role in Role]
    if found is None or found["role"] not in roles:
        piece.refuse(
            "no line of a dialogue", f"write ROLE START-END: TEXT; roles are {', '.join(roles)}"
        )
    said = content[heads[0]].content
    if not isinstance(said, str):
        piece.refuse("what is said must be text", 'put it in quotes: agent: "…"')
    marks = {key: value for key, value in content.items() if key in _MARKS}
    tail = _TAIL.fullmatch(said)
    if tail is not None:
        said = tail["text"]
        marks |= mapping(parse(tail["marks"].encode(), piece.where), _MARKS)
    start, end = (float(t) if t else None for t in (found["start"], found["end"]))
    if start is not None and end is not None and end < start:
        piece.refuse("the line ends before it begins", "exchange the two times")
    return Said(
        Role(found["role"]),
        said.strip(),
        start,
        end,
        _emotion(marks.get("emotion")),
        number(marks["score"], 0) if "score" in marks else None,
        number(marks["confidence"], 0) if "confidence" in marks else None,
        number(marks["loudness"]) if "loudness" in marks else None,
    )


def _emotion(piece: Piece | None) -> str | None:
    return None if piece is None else choice(piece, [label.value for label in EmotionLabel])


def _sounded(piece: Piece) -> Sounded:
    """Read `{music: 10-20}`."""
    content = mapping(piece)
    label, when = next(iter(content.items()))
    labels = [known.value for known in EventLabel]
    if len(content) != 1 or label not in labels:
        piece.refuse(
            f"no event {label!r}", f"write LABEL: START-END; labels are {', '.join(labels)}"
        )
    found = re.fullmatch(r"([\d.]+)\s*-\s*([\d.]+)", text(when))
    if found is None or float(found[2]) < float(found[1]):
        when.refuse("no start and end", "write seconds, such as 10-20")
    return Sounded(label, float(found[1]), float(found[2]))


def dialogue_of_example(example: Example, sound: Sound) -> Dialogue:
    """Return the dialogue of an example as if it had been heard."""
    spans = _times(example.dialogue)
    segments = [
        Segment(
            channel=_CHANNELS[said.role],
            speaker=None,
            role=said.role,
            span=span,
            spoken=said.text,
            text=said.text,
            language=example.language or _language(said.text),
            confidence=said.confidence,
            loudness=said.loudness,
            emotion=_felt(said),
        )
        for said, span in zip(example.dialogue, spans, strict=True)
    ]
    call = _call(example, segments)
    metrics = measure(call)
    lines = [
        _line(n, segment, rate, sound)
        for n, (segment, rate) in enumerate(zip(call.segments, metrics.rates, strict=True))
    ]
    return Dialogue(
        call=call.recording.id,
        name=example.name,
        duration=call.recording.duration,
        metrics=metrics,
        lines=tuple(line for line in lines if line.text not in _UNHEARD),
        events=call.events,
        unclear=tuple(
            Unclear(line.role, line.channel, line.span) for line in lines if line.text in _UNHEARD
        ),
        meaning=_meaning(example.intents),
        language=call.language,
        started_at=call.recording.started_at,
        metadata=example.metadata,
    )


def _times(dialogue: Sequence[Said]) -> list[Span]:
    spans: list[Span] = []
    for said in dialogue:
        after = spans[-1].end + _PAUSE if spans else _PAUSE
        start = after if said.start is None else said.start
        end = start + _length(said.text) if said.end is None else said.end
        spans.append(Span(start, end))
    return spans


def _length(said: str) -> float:
    """Return how long it takes to say something, in seconds."""
    wide = len(_WIDE.findall(said))
    return max(_CHARACTER, wide * _CHARACTER + len(_WIDE.sub(" ", said).split()) * _WORD)


def _language(said: str) -> str:
    if re.search("[\u3040-\u30ff]", said):
        return "ja"
    if re.search("[\uac00-\ud7af]", said):
        return "ko"
    return "zh" if _WIDE.search(said) or not re.search("[A-Za-z]", said) else "en"


def _felt(said: Said) -> Emotion | None:
    if said.emotion is None:
        return None
    score = 1.0 if said.score is None else said.score
    return Emotion(EmotionLabel(said.emotion), score, sources=(EmotionSource.ENGINE,))


def _call(example: Example, segments: Sequence[Segment]) -> Call:
    in_order = tuple(sorted(segments, key=lambda s: (s.span, s.channel)))
    events = tuple(
        Event(EventLabel(e.label), Span(e.start, e.end), EventSource.SIGNAL, score=1.0)
        for e in sorted(example.events, key=lambda e: e.start)
    )
    ends = [*(s.span.end for s in in_order), *(e.span.end for e in events), 0.0]
    roles = dict.fromkeys(s.role for s in in_order)
    languages = [s.language for s in in_order]
    return Call(
        recording=Recording(
            id=example.where,
            path=example.name,
            size=0,
            duration=max(max(ends) + _AFTER, example.duration or 0.0),
            rate=8000,
            codec="",
            channels=tuple(Channel(_CHANNELS[role], role) for role in roles),
            started_at=_started(example.started_at),
            metadata=example.metadata,
        ),
        parties=tuple(Party(_CHANNELS[role], None, role, RoleSource.GIVEN) for role in roles),
        regions=tuple(Region(s.channel, None, s.span) for s in in_order),
        segments=in_order,
        events=events,
        language=example.language or max(languages, key=languages.count, default=None),
    )


def _started(moment: str | None) -> datetime | None:
    if moment is None:
        return None
    found = datetime.fromisoformat(moment)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _line(place: int, segment: Segment, rate: float | None, sound: Sound) -> Line:
    starts, ends = _character_times(segment)
    return Line(
        segment=place,
        channel=segment.channel,
        speaker=None,
        role=segment.role,
        span=segment.span,
        text=segment.text,
        spoken=segment.spoken,
        sound=tuple(sound(segment.text)),
        starts=starts,
        ends=ends,
        language=segment.language,
        confidence=segment.confidence,
        loudness=segment.loudness,
        rate=rate,
        emotion=segment.emotion,
    )


def _character_times(segment: Segment) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Spread the time of a line evenly over its letters and characters."""
    voiced = list(accumulate((int(c.isalnum()) for c in segment.text), initial=0))
    if not voiced[-1]:
        return (), ()
    step = segment.span.duration / voiced[-1]
    times = [segment.span.start + n * step for n in voiced]
    return tuple(times[:-1]), tuple(times[1:])


def _meaning(intents: Mapping[str, float]) -> Meaning:
    ranked = sorted(intents.items(), key=lambda entry: -entry[1])
    return Meaning(
        intents=tuple(Intent(name, min(1.0, score), IntentSource.LEARNT) for name, score in ranked)
    )
