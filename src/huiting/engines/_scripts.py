"""What language a text may be in, by its letters: for models that do not say what they heard.

Languages that share a script cannot be told apart by it, and get equal shares.
"""

import re
from collections.abc import Mapping, Sequence

HAN, KANA, HANGUL, THAI = "han", "kana", "hangul", "thai"
ARABIC, DEVANAGARI, CYRILLIC, GREEK, LATIN = "arabic", "devanagari", "cyrillic", "greek", "latin"
_LETTERS = {
    HAN: re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]"),
    KANA: re.compile(r"[\u3040-\u30ff]"),
    HANGUL: re.compile(r"[\u1100-\u11ff\uac00-\ud7af]"),
    THAI: re.compile(r"[\u0e01-\u0e5b]"),
    ARABIC: re.compile(r"[\u0600-\u06ff]"),
    DEVANAGARI: re.compile(r"[\u0900-\u097f]"),
    CYRILLIC: re.compile(r"[\u0400-\u04ff]"),
    GREEK: re.compile(r"[\u0370-\u03ff]"),
    LATIN: re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
}
WRITTEN = {
    "zh": HAN,
    "yue": HAN,
    "ja": KANA,
    "ko": HANGUL,
    "th": THAI,
    "ar": ARABIC,
    "fa": ARABIC,
    "hi": DEVANAGARI,
    "bg": CYRILLIC,
    "mk": CYRILLIC,
    "ru": CYRILLIC,
    "el": GREEK,
}
"""Languages in other than Latin letters."""
PER_CHARACTER = {HAN: 4, KANA: 2, HANGUL: 2}
"""Latin letters that take as long to say as one such character."""
MIXED = 0.1
"""Share of kana among kana and Han from which a text is Japanese."""


def odds_by_script(text: str, among: Sequence[str]) -> dict[str, float]:
    """Return the probability of each language of `among`, by the script of a text.

    Equal ones where the text has no letters, or only those of other languages.

    Args:
        text: what a model wrote.
        among: ISO 639 codes, not empty.
    """
    shares = _shares(text)
    found = dict.fromkeys(among, 0.0)
    for script, share in shares.items():
        codes = [code for code in among if WRITTEN.get(code, LATIN) == script]
        if script == HAN and "zh" in codes:
            codes = ["zh"]  # what is plainly Cantonese is told from the text later
        for code in codes:
            found[code] += share / len(codes)
    total = sum(found.values())
    if not total:
        return dict.fromkeys(among, 1 / len(among))
    return {code: share / total for code, share in found.items()}


def _shares(text: str) -> Mapping[str, float]:
    """Return how much of what was said is in each script."""
    counts = {
        script: float(len(letters.findall(text)) * PER_CHARACTER.get(script, 1))
        for script, letters in _LETTERS.items()
    }
    if counts[KANA] >= MIXED * (counts[KANA] + counts[HAN]) and counts[KANA]:
        counts[KANA] += counts.pop(HAN)
    return counts
