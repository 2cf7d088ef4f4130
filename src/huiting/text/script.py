"""Simplified or Traditional characters, whatever the recognizer mixes.

Converts the script, never the words: 軟體 becomes 软体, not 软件, and Cantonese
stays Cantonese. What was recognized, its words and its text change together, so
this is no correction and leaves no edit.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from huiting.core.ports import TextStage
from huiting.core.rewrite import offsets
from huiting.core.types import Segment
from huiting.text._language_of import language_of

Target = Literal["simplified", "traditional"]

_CONFIGS: dict[Target, str] = {"simplified": "t2s", "traditional": "s2tw"}
_LANGUAGES = ("zh", "yue")
# Taiwan writes 着 as 著, and t2s keeps it, as it is right in 著名 and 显著.
_PARTICLE = re.compile(r"(?<![显名原专编译巨论遗昭卓拙土])著(?![名作述者称书录])")


def build(*, target: Target | None = "simplified") -> TextStage:
    """Return the stage; with `target` None it leaves everything as it is.

    It has to come first: it replaces what was recognized, and edits would lose their place.
    """
    if target is None:
        return _leave
    from opencc import OpenCC

    table = OpenCC(_CONFIGS[target])

    def convert(text: str) -> str:
        found: str = table.convert(text)
        return _PARTICLE.sub("着", found) if target == "simplified" else found

    def stage(segment: Segment) -> Segment:
        if language_of(segment) not in _LANGUAGES:
            return segment
        return converted(segment, convert)

    return stage


def _leave(segment: Segment) -> Segment:
    return segment


def converted(segment: Segment, convert: Callable[[str], str]) -> Segment:
    """Return the segment in the other script.

    Raises:
        ValueError: another stage has already edited the text.
    """
    if segment.edits:
        raise ValueError(f"script conversion comes before {segment.edits[0].stages[0]}")
    spoken = convert(segment.spoken)
    bounds = offsets(segment)
    if len(spoken) != len(segment.spoken) and bounds:
        return _converted_by_word(segment, bounds, convert)
    words = tuple(
        replace(word, text=spoken[start:end])
        for word, (start, end) in zip(segment.words, bounds, strict=True)
    )
    return replace(segment, spoken=spoken, text=spoken, words=words)


def _converted_by_word(
    segment: Segment, bounds: list[tuple[int, int]], convert: Callable[[str], str]
) -> Segment:
    """Convert each word, and what stands between, by itself: some phrase changes its length."""
    pieces, words, at = [], [], 0
    for word, (start, end) in zip(segment.words, bounds, strict=True):
        words.append(replace(word, text=convert(word.text)))
        pieces += [convert(segment.spoken[at:start]), words[-1].text]
        at = end
    spoken = "".join([*pieces, convert(segment.spoken[at:])])
    return replace(segment, spoken=spoken, text=spoken, words=tuple(words))
