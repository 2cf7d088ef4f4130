"""Marks that a model puts into text that has none. Knows no model.

Text that a recognizer punctuated stays as it is. Of the last mark only a question is taken: that a
sentence ends is no news, and whether it asks is also heard by the stage that follows, which gives
all marks the style of the language.
"""

import logging
import re
from collections.abc import Iterator

from huiting.core.errors import EngineError
from huiting.core.ports import Punctuator, TextStage
from huiting.core.rewrite import Change, rewrite
from huiting.core.types import Segment
from huiting.text._language_of import language_of

log = logging.getLogger(__name__)

STAGE = "punctuation"
_MARKED = re.compile(r"[,.?!;:，。？！；：、…｡､](?=\s*\S)")
"""A mark with something after it."""
_NUMBER = re.compile(r"\d[.,:]\d")
_ASKS = "？"


def build(*, punctuator: Punctuator) -> TextStage:
    """Return the stage.

    Args:
        punctuator: says where marks belong.
    """

    def stage(segment: Segment) -> Segment:
        text = segment.text
        if language_of(segment) not in punctuator.languages or _MARKED.search(
            _NUMBER.sub("", text)
        ):
            return segment
        try:
            changes = list(_changes(text, punctuator))
        except EngineError as error:  # a call without commas is better than none
            log.warning("no punctuation", extra={"code": error.code, "reason": error.reason})
            return segment
        return rewrite(segment, changes, STAGE)

    return stage


def _changes(text: str, punctuator: Punctuator) -> Iterator[Change]:
    last = len(text.rstrip(" \t,.?!;:，。？！；：、…｡､")) - 1
    if last < 0:
        return
    for place, mark in sorted(punctuator.marks(text[: last + 1]).items()):
        if _inside(text[place : place + 2]):
            continue
        if place < last or mark == _ASKS:
            yield Change(place + 1, place + 1, mark)


def _inside(pair: str) -> bool:
    """Tell whether two characters belong to one number or word."""
    return len(pair) > 1 and pair.isascii() and pair.isalnum()
