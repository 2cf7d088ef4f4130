"""What a streaming transducer or CTC network wrote, read.

Its tokens are characters, parts of words, or bytes of characters that it has no token for.
Knows no runtime but the names in its results.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp

from huiting.core.ports import Hypothesis
from huiting.engines._onsets import spans_of
from huiting.engines._pieces import Piece, text_of, words_of
from huiting.engines._scripts import odds_by_script
from huiting.engines._sherpa import Native

BYTE = re.compile(r"<0x([0-9A-F]{2})>")


@dataclass(frozen=True, slots=True)
class Writing:
    """How a model writes."""

    capitals: bool
    """It knows no small letters: what it writes is made small."""
    languages: tuple[str, ...]
    """ISO 639 codes; told apart by script."""


def hypothesis_of(result: Native, duration: float, writing: Writing) -> Hypothesis:
    """Return what a result says of a sound of `duration` seconds.

    Times and probabilities are told where there is one for each token, and where the tokens are
    the text.
    """
    text = _small(result.text.strip(), writing)
    language = language_of(text, writing.languages)
    if not any(char.isalnum() for char in text):
        return Hypothesis("", language=language, gate="empty")
    tokens, scores = list(result.tokens), list(result.ys_probs)
    odds = [exp(min(0.0, score)) for score in scores] if len(scores) == len(tokens) else []
    sure = exp(sum(min(0.0, s) for s in scores) / len(scores)) if odds else None
    if len(result.timestamps) != len(tokens):
        return Hypothesis(text, language=language, confidence=sure)
    pieces = [
        Piece(_small(piece.text, writing), piece.start, piece.end, piece.odds)
        for piece in _joined(tokens, spans_of(result.timestamps, duration), odds)
    ]
    told = _bare(text_of(pieces)) == _bare(text)
    words = words_of(pieces, duration) if told else ()
    return Hypothesis(text, words, language=language, confidence=sure)


def writing_of(tokens: Iterable[str], languages: Sequence[str]) -> Writing:
    """Return how a model writes, by its tokens; what stands in `<>` is no text.

    Args:
        tokens: all that it has.
        languages: ISO 639 codes; those in scripts that it cannot write are left out.
    """
    text = " ".join(token for token in tokens if not token.startswith("<"))
    odds = odds_by_script(text, languages)
    written = tuple(code for code in languages if odds[code])
    return Writing(capitals=not any(map(str.islower, text)), languages=written)


def language_of(text: str, among: Sequence[str]) -> str:
    """Return the language of `among` that a text is most likely in."""
    odds = odds_by_script(text, among)
    return max(odds, key=lambda code: odds[code])


def _joined(
    tokens: Sequence[str], spans: Sequence[tuple[float, float]], odds: Sequence[float]
) -> Iterator[Piece]:
    """Yield tokens with their times; bytes that follow each other as the characters they are."""
    waiting: list[tuple[int, int]] = []

    def characters() -> Iterator[Piece]:
        if waiting:
            text = bytes(value for value, _ in waiting).decode("utf-8", "ignore")
            first, last = waiting[0][1], waiting[-1][1]
            sure = min(odds[first : last + 1]) if odds else None
            yield Piece(text, spans[first][0], spans[last][1], sure)
            waiting.clear()

    for i, token in enumerate(tokens):
        byte = BYTE.fullmatch(token)
        if byte:
            waiting.append((int(byte[1], 16), i))
            continue
        yield from characters()
        yield Piece(token, *spans[i], odds[i] if odds else None)
    yield from characters()


def _small(text: str, writing: Writing) -> str:
    return text.lower() if writing.capitals else text


def _bare(text: str) -> str:
    return "".join(text.split())
