"""The language to write a segment in, when nobody has said which."""

import re

from huiting.core.types import Segment

_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_HAN = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")


def language_of(segment: Segment) -> str | None:
    """Return the segment's language, else the one its characters suggest, else None."""
    if segment.language is not None:
        return segment.language
    for script, language in ((_KANA, "ja"), (_HANGUL, "ko"), (_HAN, "zh"), (_LATIN, "en")):
        if script.search(segment.text):
            return language
    return None
