"""Inverse text normalization: numbers as people write them, by the language of the segment.

Chinese (and Cantonese), English and Japanese have a grammar each; text in another
language stays as it is. Nothing but numbers is ever changed.
"""

from collections.abc import Iterator

from huiting.core.ports import TextStage
from huiting.core.rewrite import Change, rewrite
from huiting.core.types import Segment
from huiting.text._language_of import language_of
from huiting.text._numbers import en, ja, zh

STAGE = "itn"
_PASSES = 8
"""More than any text needs; garbled text must not hold up a batch."""

_GRAMMARS = {
    "zh": zh.GRAMMAR,
    "yue": zh.GRAMMAR,
    "en": en.GRAMMAR,
    "ja": ja.GRAMMAR,
}

# The Chinese grammar reads Simplified: characters of number words and of what stands beside them.
_TRADITIONAL = (
    "幾數負點兩萬億塊號樓鐘週個時間條張臺雙禮歐環單雲遼魯蘇浙鄂貴寧瓊釐噸閩贛區碼後從這說"
)
_SIMPLIFIED = "几数负点两万亿块号楼钟周个时间条张台双礼欧环单云辽鲁苏浙鄂贵宁琼厘吨闽赣区码后从这说"
_FOLD = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_UNFOLD = str.maketrans(_SIMPLIFIED, _TRADITIONAL)


def build() -> TextStage:
    """Return the stage; it has no options."""
    return _stage


def _stage(segment: Segment) -> Segment:
    """Write until nothing is left to write, so that a second run of the stage changes nothing.

    One pass does for what people say; but what one rule wrote may complete a number
    for another where a recognizer garbled it (七幺点四 -> 71点四 -> 71.4).
    """
    language = language_of(segment)
    for _ in range(_PASSES):
        written = rewrite(segment, changes(segment.text, language), STAGE)
        if written.text == segment.text:
            break
        segment = written
    return segment


def changes(text: str, language: str | None) -> Iterator[Change]:
    """Yield what to rewrite in `text`, from left to right."""
    grammar = _GRAMMARS.get(language or "")
    if grammar is None:
        return
    folded = text if language == "ja" else text.translate(_FOLD)
    traditional = folded != text
    for change in grammar.changes(folded):
        written = change.text.translate(_UNFOLD) if traditional else change.text
        yield Change(change.start, change.end, written)
