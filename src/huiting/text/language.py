"""Which language a text is in, where the recognizer's own answer is too coarse.

Whisper's smaller models have no Cantonese: they call it Chinese. Its particles and
pronouns are written with characters that Mandarin does not use, so the text tells.
"""

CANTONESE = frozenset("嘅咗喺啲嗰冇唔佢哋嘢咁嚟乜啱睇攞俾畀噉")
"""Characters common in written Cantonese and next to absent from Mandarin.

Source: the function words listed in Matthews & Yip, Cantonese: A Comprehensive Grammar
(2nd ed., 2011). 睇, 俾 and 畀 occur in Mandarin names and set phrases, hence the share below.
"""
MARKS = 2
"""So many of them at least; one may be a name."""
SHARE = 0.06
"""Of the characters; a Mandarin sentence that quotes one such word stays below it."""


def refine(language: str | None, text: str) -> str | None:
    """Return `yue` for Chinese text that is plainly Cantonese, else `language` as it is."""
    if language != "zh":
        return language
    letters = [c for c in text if c.isalpha()]
    marks = sum(c in CANTONESE for c in letters)
    return "yue" if marks >= MARKS and marks >= SHARE * len(letters) else language
