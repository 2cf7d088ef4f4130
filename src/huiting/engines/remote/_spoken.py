"""Languages as servers call them, made ISO 639 codes: `chinese`, `zh-CN`, `中文`, `cmn`."""

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale

_OTHERS = {
    "mandarin": "zh", "putonghua": "zh", "cmn": "zh", "zho": "zh", "chi": "zh", "eng": "en",
    "jpn": "ja", "kor": "ko", "jw": "jv", "myanmar": "my", "castilian": "es", "flemish": "nl",
    "valencian": "ca", "moldavian": "ro", "haitian": "ht", "panjabi": "pa", "pushto": "ps",
    "sinhalese": "si", "letzeburgesch": "lb", "farsi": "fa", "普通话": "zh", "汉语": "zh",
    "广东话": "yue", "英文": "en", "日文": "ja", "韩文": "ko", "zh-yue": "yue",
}  # fmt: skip
"""What no table of names has."""
_CODE = re.compile(r"[a-z]{2,3}")
_NONE = {"und", "mul", "zxx", "mis"}


def code_of(name: object) -> str | None:
    """Return the code of a language; None for what is none.

    Of several (`Chinese,English`), the first.
    """
    if not isinstance(name, str):
        return None
    plain = re.split(r"[,;/]", name[:80])[0].strip().casefold().replace("_", "-")
    if plain in _OTHERS:
        return _OTHERS[plain]
    if plain in _named():
        return _named()[plain]
    code = plain.partition("-")[0]
    code = _OTHERS.get(code, code)
    known = _CODE.fullmatch(code) and code not in _NONE and code in _named().values()
    return code if known else None


@cache
def _named() -> Mapping[str, str]:
    """Return the codes of languages by their English and Chinese names."""
    found: dict[str, str] = {}
    for tongue in ("zh", "en"):  # the later of two has the word
        for code, name in Locale(tongue).languages.items():
            if _CODE.fullmatch(code) and code not in _NONE:
                found[name.casefold()] = code
    return found
