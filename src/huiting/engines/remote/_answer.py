"""What a server says of a clip, read into what the rest of Huiting knows.

Source:
    `language NAME<asr_text>TEXT` is how Qwen3-ASR writes; servers mostly take it off.
"""

import re
from dataclasses import dataclass, replace
from math import exp

from huiting.core.ports import Hypothesis
from huiting.engines._gates import Gates, Heard, gate_of
from huiting.engines.remote._spoken import code_of
from huiting.engines.remote._times import Timed, believed
from huiting.engines.sensevoice._reading import Said
from huiting.engines.sensevoice._reading import hypothesis_of as of_tags

_QWEN = re.compile(r"\s*language\s+([^<]{1,60})<asr_text>", re.IGNORECASE)
_LEFT_OVER = re.compile(r"<\|[^|<>]{0,40}\|>|</?asr_text>")
"""Tags that say nothing to us, such as Whisper's times."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said of a clip."""

    text: str
    language: str | None = None
    """ISO 639 code; None where it did not say, or is known to say it of everything."""
    words: tuple[Timed, ...] = ()
    log_probability: float | None = None
    """Mean over the tokens, < 0; None where it did not say."""
    no_speech: float | None = None
    """Probability that nobody speaks; None where it did not say."""


def hypothesis_of(answer: Answer, duration: float, told: str | None) -> Hypothesis:
    """Return what was heard in a clip of `duration` seconds.

    Args:
        answer: of the server.
        duration: of the clip.
        told: the language the server was told; None for none.
    """
    raw, language = answer.text, answer.language
    if found := _QWEN.match(raw):
        raw, language = raw[found.end() :], code_of(found[1]) or language
    heard = _tagged(raw, duration)
    text = heard.text
    gate = heard.gate or (None if any(c.isalnum() for c in text) else "empty")
    gate = gate or gate_of(
        Heard(text, answer.log_probability or 0.0, answer.no_speech or 0.0, duration), Gates()
    )
    return replace(
        heard,
        text="" if gate else text,
        words=() if gate else believed(answer.words, text, duration),
        language=told or heard.language or language,
        confidence=None if answer.log_probability is None else exp(answer.log_probability),
        gate=gate,
        emotion=None if gate else heard.emotion,
    )


def _tagged(raw: str, duration: float) -> Hypothesis:
    """Read SenseVoice's tags where there are any; take off what nobody knows."""
    heard = of_tags(Said(raw), duration) if "<|" in raw else Hypothesis(raw)
    return replace(heard, text=" ".join(_LEFT_OVER.sub(" ", heard.text).split()))
