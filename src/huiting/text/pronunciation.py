"""How each character of a text sounds, so that words misheard for each other can be compared.

One entry a character, whatever the language: see `core.dialogue.Line.sound`. Knows no
hotwords and no rules.
"""

import re
from functools import lru_cache

from huiting.text._hotwords.sounds import fold, hiragana, sounds

_AS_READ = str.maketrans("0123456789〇幺", "零一二三四五六七八九零一")
"""Digits sound as they are read out; 幺 is how 一 is said in a number."""
_HANZI = re.compile("[㐀-䶿一-鿿\U00020000-\U0003ffff]+")
_LONGEST = 64
"""Characters looked up at once: phrases that decide a reading are far shorter."""


def sounds_of(text: str) -> tuple[str, ...]:
    """Return how each character sounds; a `core.ports.Sound`.

    Chinese characters sound by their context (银行 is yin hang) in pinyin without tones, `v`
    for ü; digits as they are read one by one, 1 and 幺 both `yi`; letters as themselves in
    lower case; kana as hiragana; other letters as themselves; everything else is silent.

    Returns:
        As many entries as `text` has characters; '' where there is no sound.
    """
    read = fold(text).translate(_AS_READ)
    found = [_alone(char) for char in read]
    for run in _HANZI.finditer(read):
        for start in range(run.start(), run.end(), _LONGEST):
            piece = read[start : min(start + _LONGEST, run.end())]
            found[start : start + len(piece)] = _pinyin(piece)
    return tuple(found)


def _alone(char: str) -> str:
    return hiragana(char).lower() if char.isalnum() or char == "ー" else ""


@lru_cache(maxsize=65_536)
def _pinyin(hanzi: str) -> tuple[str, ...]:
    """Return the likely reading of each character; the same phrases come up in every call."""
    found = list(hanzi)
    for sound in sounds(hanzi):
        found[sound.start] = min(sound.readings, key=lambda reading: reading[1])[0]
    return tuple(found)
