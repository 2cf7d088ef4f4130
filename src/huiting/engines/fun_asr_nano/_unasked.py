"""Which language a clip is in, by what Fun-ASR-Nano writes when it is asked for none.

The model does not tell what it hears; any of its runtimes is asked so. Knows none of them.
"""

from collections.abc import Callable, Mapping, Sequence

from huiting.core.types import Audio
from huiting.engines._prompted import SLOW, Order, Said, most
from huiting.engines._prompts import silent
from huiting.engines._scripts import odds_by_script
from huiting.engines.fun_asr_nano._languages import DETECTED, NAMES


def among(checkpoint: str, languages: Sequence[str]) -> tuple[str, ...]:
    """Return the codes among which a language is detected.

    Args:
        checkpoint: one of `NAMES`.
        languages: those that are spoken; empty for all.
    """
    return tuple(c for c in languages if c in NAMES[checkpoint]) or DETECTED[checkpoint]


def odds_of(
    clip: Audio, codes: Sequence[str], write: Callable[[Order], Said]
) -> Mapping[str, float]:
    """Return the odds of languages by the script of what the model writes."""
    if silent(clip):
        return odds_by_script("", codes)
    said = write(Order(clip, None, (), most(clip.duration, SLOW)))
    return odds_by_script(said.text, codes)
