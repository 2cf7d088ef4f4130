"""What SenseVoice says of a clip, read. Shared by its runtimes; knows none of them.

The model writes four tags (language, emotion, event, digits or words) before the text. The
score of a tag is its probability among the tags of its kind, at the place in the output where
it is read off; a runtime that does not show these gives none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp

from huiting.core.errors import EngineError
from huiting.core.ports import Hypothesis
from huiting.core.tags import Sounding, Tagged, from_tags
from huiting.core.types import (
    Emotion,
    EmotionLabel,
    EmotionSource,
    Event,
    EventLabel,
    EventSource,
    Span,
)
from huiting.engines._pieces import Piece, words_of

LANGUAGES = ("zh", "en", "yue", "ja", "ko")
"""Those it knows."""
LONGEST = 30.0
"""Seconds it was trained on."""
HEADER = 4
"""Tags before the text, a place in the output each."""
PHANTOMS = frozenset({"the.", "the", "i.", "yeah."})
"""English it hears in silence, when nothing else is in the text."""
EVENTS = {
    Sounding.APPLAUSE: EventLabel.APPLAUSE,
    Sounding.LAUGHTER: EventLabel.LAUGHTER,
    Sounding.CRY: EventLabel.CRY,
    Sounding.SNEEZE: EventLabel.SNEEZE,
    Sounding.BREATH: EventLabel.BREATH,
    Sounding.COUGH: EventLabel.COUGH,
    Sounding.SING: EventLabel.SINGING,
}
"""Events that are not a matter of what else sounds."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a runtime returned for one clip."""

    raw: str
    """Tags and text, as the model writes them."""
    pieces: Sequence[Piece] = ()
    """Tokens of the text, without the tags; empty without times."""
    emotions: Mapping[EmotionLabel, float] = field(default_factory=dict)
    """Probability of each; empty where the runtime does not show them."""
    sounds: Mapping[Sounding, float] = field(default_factory=dict)
    log_probability: float | None = None
    """Mean over the tokens of the text, <= 0."""


def checked_language(code: str | None) -> str | None:
    """Return the language that is expected; None to detect it.

    Raises:
        EngineError: the model does not know it.
    """
    if code is not None and code not in LANGUAGES:
        raise EngineError(
            "sensevoice",
            f"the model does not know the language {code!r}",
            f"choose auto or one of {', '.join(LANGUAGES)}",
        )
    return code


def hypothesis_of(said: Said, duration: float) -> Hypothesis:
    """Return what was heard in a clip of `duration` seconds.

    An unknown emotion is none: what else listens for emotion may know.
    """
    segments = from_tags(said.raw)
    first = segments[0] if segments else Tagged("", speech=False)
    text = " ".join(s.text.strip() for s in segments if s.text.strip())
    gate = _gate(first, text)
    return Hypothesis(
        text="" if gate else text,
        words=() if gate else words_of(said.pieces, duration),
        language=first.language,
        confidence=None if said.log_probability is None else exp(said.log_probability),
        gate=gate,
        emotion=None if gate else _emotion(first.emotion, said.emotions),
        events=_events(first.event, said.sounds, duration, speech=not gate),
    )


def _gate(first: Tagged, text: str) -> str | None:
    if not any(char.isalnum() for char in text):
        return "empty" if first.speech else "no-speech"
    if not first.speech:
        return "no-speech"
    return "phantom" if text.casefold() in PHANTOMS else None


def _emotion(label: EmotionLabel, odds: Mapping[EmotionLabel, float]) -> Emotion | None:
    if label is EmotionLabel.UNKNOWN:
        return None
    return Emotion(label, odds.get(label), odds=odds, sources=(EmotionSource.ENGINE,))


def _events(
    sounding: Sounding, odds: Mapping[Sounding, float], duration: float, *, speech: bool
) -> tuple[Event, ...]:
    if sounding is Sounding.BGM:
        label: EventLabel | None = EventLabel.MUSIC_UNDER_SPEECH if speech else EventLabel.MUSIC
    else:
        label = EVENTS.get(sounding)
    if label is None:
        return ()
    return (Event(label, Span(0.0, duration), EventSource.ENGINE, score=odds.get(sounding)),)
