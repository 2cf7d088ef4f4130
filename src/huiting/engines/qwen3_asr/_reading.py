"""What Qwen3-ASR writes, read: `language Chinese<asr_text>` and the text. Knows no runtime.

Source: `SUPPORTED_LANGUAGES` and the table of dialects of Qwen3-ASR.
"""

import re
from dataclasses import dataclass

NAMES = {
    "zh": "Chinese",
    "en": "English",
    "yue": "Cantonese",
    "ar": "Arabic",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "id": "Indonesian",
    "it": "Italian",
    "ko": "Korean",
    "ru": "Russian",
    "th": "Thai",
    "vi": "Vietnamese",
    "ja": "Japanese",
    "tr": "Turkish",
    "hi": "Hindi",
    "ms": "Malay",
    "nl": "Dutch",
    "sv": "Swedish",
    "da": "Danish",
    "fi": "Finnish",
    "pl": "Polish",
    "cs": "Czech",
    "tl": "Filipino",
    "fa": "Persian",
    "el": "Greek",
    "ro": "Romanian",
    "hu": "Hungarian",
    "mk": "Macedonian",
}
"""ISO 639 code to the name in the prompt; `tl` is what Whisper calls Filipino too."""
DIALECTS = {"wuu": "Wu", "nan": "Minnan"}
"""Dialects of Chinese with a code of their own; the prompt has no name for them."""
PROVINCES = (
    "Anhui",
    "Dongbei",
    "Fujian",
    "Gansu",
    "Guizhou",
    "Hebei",
    "Henan",
    "Hubei",
    "Hunan",
    "Jiangxi",
    "Ningxia",
    "Shandong",
    "Shaanxi",
    "Shanxi",
    "Sichuan",
    "Tianjin",
    "Yunnan",
    "Zhejiang",
)
"""Dialects of Chinese without one."""
SPOKEN = NAMES | dict.fromkeys(DIALECTS, NAMES["zh"]) | {"fil": NAMES["tl"]}
"""Every code that may be asked for, to its name in the prompt."""
CODES = {
    **{name: code for code, name in NAMES.items()},
    **{name: code for code, name in DIALECTS.items()},
    **dict.fromkeys(PROVINCES, "zh"),
}
NOBODY = "None"
_HEADER = re.compile(r"language\b ?(?P<name>[A-Z][A-Za-z]*)?[^<]*?(?P<mark><asr_text>|$)")
_TAG = re.compile(r"<\|[^|]*\|>|<asr_text>")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was written."""

    text: str
    code: str | None = None
    """ISO 639; None when the text does not say."""
    nobody: bool = False
    """Whether it says that nobody speaks."""


def read(written: str) -> Reading:
    """Read what the model wrote, even if it was stopped early: a name may end anywhere."""
    match = _HEADER.match(written.strip())
    if match is None or not (match["mark"] or _is_header(match[0])):
        return Reading(_TAG.sub("", written).strip())
    text = _TAG.sub("", written.strip()[match.end() :]).strip()
    name = match["name"] or ""
    return Reading(text, code_of(name), nobody=name == NOBODY and not text)


def _is_header(written: str) -> bool:
    """Tell whether a text without a mark is a header that ends early, not speech."""
    name = written.removeprefix("language").strip()
    return name in {"", NOBODY} or code_of(name) is not None


def code_of(name: str) -> str | None:
    """Return the code of a language by its name, or by a beginning that no other has."""
    if name in CODES:
        return CODES[name]
    begun = [known for known in NAMES.values() if name and known.startswith(name)]
    return CODES[begun[0]] if len(begun) == 1 else None
