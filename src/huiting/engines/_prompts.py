"""Words that a model is told before it listens: how many, to which clips, and how they leak.

Models that are language models write what they were told where they hear little: the words of
the prompt into silence, the whole list, or one of them for ever. So the list is bounded, it is
kept from clips in which nobody speaks, and a text that looks like the list is not believed.
Knows no model.
"""

import re
import threading
from collections.abc import Callable, Sequence

import numpy as np

from huiting.core.ports import Hotword
from huiting.core.types import Audio

Speaks = Callable[[Audio], bool]
"""Tells whether somebody speaks in a clip."""

MOST_WORDS = 40
"""The more words a model is told, the more it writes that nobody said; the authors of
Fun-ASR advise against more than 100."""
SHORTEST, LONGEST = 2, 24
"""Characters of a word: a single one is heard everywhere, and a sentence is no word."""
FLOOR = 1e-3
"""Peak below which a clip is silence (-60 dBFS)."""
IN_A_ROW = 3
"""Words one after the other as in the list, or said at all, from which a text may be the list."""
REST = 0.2
"""Share of a text that is not words of the list, below which it may be the list."""
TWICE = 2
"""Times as long as what is heard without the list a text may be that is all words of it."""
_PARTS_PROMPT = re.compile(r"[<>|\[\]{}]")
_SEPARATES = re.compile(r"[,;，；、\s]+")


def told(hotwords: Sequence[Hotword], room: int) -> tuple[str, ...]:
    """Return the words to tell a model, the weightiest first.

    Words that would part the list or the prompt, and those too short or too long, are left to
    the stages of the text.

    Args:
        hotwords: of the call.
        room: tokens there is room for. A byte-level tokenizer makes no more tokens of a text
            than it has bytes, so bytes are counted.
    """
    found: list[str] = []
    for hotword in sorted(hotwords, key=lambda h: -h.weight):
        word = _SEPARATES.sub(" ", hotword.text).strip()
        if not _fits(word) or word in found:
            continue
        room -= len(word.encode()) + 2  # with what stands between two of them
        if room < 0 or len(found) == MOST_WORDS:
            break
        found.append(word)
    return tuple(found)


def _fits(word: str) -> bool:
    return (
        SHORTEST <= len(word) <= LONGEST
        and word.isprintable()
        and _PARTS_PROMPT.search(word) is None
    )


def silent(clip: Audio) -> bool:
    """Tell whether there is nothing to hear: then a model would only invent."""
    return len(clip.samples) == 0 or float(np.abs(clip.samples).max()) < FLOOR


def voice_detector() -> Speaks:
    """Return what tells by Silero whether somebody speaks; it is loaded when first asked."""
    lock = threading.Lock()
    loaded: list[Speaks] = []

    def speaks(clip: Audio) -> bool:
        with lock:
            if not loaded:
                from huiting.engines import silero

                detector = silero.build()
                loaded.append(lambda heard: bool(detector.speech(heard)))
        return loaded[0](clip)

    return speaks


def leaked(text: str, words: Sequence[str]) -> bool:
    """Tell whether a text may be the list of words that a model was told.

    It is when little else is in it, or when several stand in it one after the other as in the
    list. People say such things too, so this is a reason to listen again, without the words.
    """
    plain, listed = _letters(text), _listed(words)
    if not plain or not listed:
        return False
    order = "".join(f"({re.escape(word)})?" for word in listed)
    runs = [sum(g is not None for g in m.groups()) for m in re.finditer(order, plain)]
    if max(runs, default=0) >= IN_A_ROW:
        return True
    rest, count = _besides(plain, listed)
    return count >= IN_A_ROW and rest <= REST * len(plain)


def bare(text: str, words: Sequence[str]) -> bool:
    """Tell whether a text is words that a model was told, and next to nothing else."""
    plain, listed = _letters(text), _listed(words)
    rest, count = _besides(plain, listed) if listed else (0, 0)
    return count > 0 and rest <= REST * len(plain)


def about_as_long(one: str, other: str) -> bool:
    """Tell whether two texts may be two spellings of the same sounds, by their length."""
    short, long = sorted((len(_letters(one)), len(_letters(other))))
    return long <= TWICE * short


def _listed(words: Sequence[str]) -> list[str]:
    return [letters for letters in map(_letters, words) if letters]


def _besides(plain: str, listed: Sequence[str]) -> tuple[int, int]:
    """Return how many letters are not of words of the list, and how many words are."""
    any_word = "|".join(re.escape(word) for word in sorted(listed, key=len, reverse=True))
    rest, count = re.subn(any_word, "", plain)
    return len(rest), count


def _letters(text: str) -> str:
    """Return letters and digits only, whatever their case."""
    return "".join(char for char in text.casefold() if char.isalnum())
