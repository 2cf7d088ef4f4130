"""The transcript for a reader: who says what, how it sounds, and what happens in between.

An emotion that stands out is an emoji after the line, a sound one of its own; what follows
from who speaks when is set in italics, for nobody heard it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.core.types import Emotion, EmotionLabel, Event, EventLabel, EventSource, Role, clock
from huiting.core.wording import named, tongue_of
from huiting.exports._labels import labels
from huiting.exports._shown.marks import escaped

EMOJI = {
    EmotionLabel.HAPPY: "😊",
    EmotionLabel.SAD: "😔",
    EmotionLabel.ANGRY: "😡",
    EmotionLabel.FEARFUL: "😰",
    EmotionLabel.DISGUSTED: "🤢",
    EmotionLabel.SURPRISED: "😮",
}
"""Those that stand out; as SenseVoice shows them."""
SIGNS = {
    EventLabel.MUSIC: "🎼",
    EventLabel.MUSIC_UNDER_SPEECH: "🎼",
    EventLabel.SINGING: "🎤",
    EventLabel.LAUGHTER: "😀",
    EventLabel.APPLAUSE: "👏",
    EventLabel.CRY: "😭",
    EventLabel.COUGH: "😷",
    EventLabel.SNEEZE: "🤧",
    EventLabel.BREATH: "😮‍💨",
    EventLabel.NOISE: "📢",
    EventLabel.RINGBACK: "📞",
    EventLabel.BUSY: "📵",
    EventLabel.DTMF: "🔢",
    EventLabel.SILENCE: "⏸",
    EventLabel.HOLD: "⏳",
    EventLabel.CROSSTALK: "🗣",
    EventLabel.INTERRUPTION: "✋",
    EventLabel.LOUDNESS_JUMP: "🔊",
    EventLabel.RATE_SPIKE: "⏩",
}
_CHINESE_UNITS = {
    EventLabel.NOISE: "信噪比 {:.0f} 分贝",
    EventLabel.LOUDNESS_JUMP: "{:.0f} 分贝",
    EventLabel.RATE_SPIKE: "每分钟 {:.0f} 字",
}
_ENGLISH_UNITS = {
    EventLabel.NOISE: "{:.0f} dB below the speech",
    EventLabel.LOUDNESS_JUMP: "{:.0f} dB",
    EventLabel.RATE_SPIKE: "{:.0f} a minute",
}


def build(*, language: str | None = None) -> "Reader":
    """Write names in `language`; None takes the call's."""
    return Reader(language)


@dataclass(frozen=True, slots=True)
class Reader:
    """An `Exporter`."""

    language: str | None
    media_type: str = "text/markdown"
    suffix: str = ".reader.md"

    def write(self, analysis: Analysis, _judgement: Judgement | None = None, /) -> bytes:
        """Return the transcript, UTF-8."""
        chinese = tongue_of(self.language or analysis.call.language) == "zh"
        name = escaped(PurePath(analysis.call.recording.path).name)
        parts = [f"# {name}", *_lines(analysis, self.language, chinese=chinese)]
        return ("\n\n".join(parts) + "\n").encode()


def _lines(analysis: Analysis, language: str | None, *, chinese: bool) -> Iterator[str]:
    call = analysis.call
    named = labels(call, language)
    said = [
        (
            segment.span,
            1,
            f"**{clock(segment.span.start)} {named.of(segment)}**  {escaped(segment.text)}"
            + (f" {emoji}" if (emoji := _emoji(segment.emotion)) else ""),
        )
        for segment in call.segments
    ]
    happened = [
        (event.span, 0, f"{clock(event.span.start)} {line_of(event, chinese=chinese)}")
        for event in call.events
    ]
    yield from (line for _, _, line in sorted([*said, *happened]))


def _emoji(emotion: Emotion | None) -> str:
    return EMOJI.get(emotion.label, "") if emotion else ""


def line_of(event: Event, *, chinese: bool) -> str:
    """Return an event in words: `⏸ *静默 6.2 秒（客服）*`; what is derived in italics."""
    tongue = "zh" if chinese else "en"
    name = named(event.label, tongue)
    words = " ".join(part for part in (name, _amount(event, chinese=chinese)) if part)
    known = event.role is not None and event.role is not Role.UNKNOWN
    who = named(event.role, tongue) if event.role is not None and known else ""
    if who:
        words += f"（{who}）" if chinese else f" ({who})"
    words = escaped(words)
    if event.source is EventSource.DERIVED:
        words = f"*{words}*"
    return f"{SIGNS[event.label]} {words}"


def _amount(event: Event, *, chinese: bool) -> str:
    units: Mapping[EventLabel, str] = _CHINESE_UNITS if chinese else _ENGLISH_UNITS
    if event.text:
        return event.text
    if event.label in units:
        return "" if event.value is None else units[event.label].format(event.value)
    return f"{event.span.duration:.1f} {'秒' if chinese else 's'}"
