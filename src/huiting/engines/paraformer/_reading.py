"""What Paraformer writes, read: its tokens are characters, and parts of English words.

A token that ends in `@@` goes on in the next one. Shared by runtimes; knows none of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from huiting.core.ports import Hotword, Hypothesis
from huiting.engines._pieces import SPACE, Piece, text_of, words_of

GOES_ON = "@@"
SPECIAL = frozenset({"<blank>", "<s>", "</s>", "<unk>", "<OOV>", "<sil>"})


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a clip."""

    text: str
    odds: float | None
    """Probability, in [0, 1]; None where the runtime shows none."""
    span: tuple[float, float] | None
    """Seconds from the start of the clip; None where the model gives no times."""


def hypothesis_of(tokens: Sequence[Token], duration: float) -> Hypothesis:
    """Return what was heard in a clip of `duration` seconds."""
    kept = [token for token in tokens if token.text not in SPECIAL]
    pieces = list(_pieces(kept))
    text = text_of(pieces)
    if not any(char.isalnum() for char in text):
        return Hypothesis("", language="zh", gate="empty")
    timed = all(token.span is not None for token in kept)
    words = words_of(pieces, duration) if timed else ()
    return Hypothesis(text, words, language="zh", confidence=_sure(kept))


def _sure(tokens: Sequence[Token]) -> float | None:
    """Return the geometric mean of the probabilities; None where one is not known."""
    known = [token.odds for token in tokens if token.odds is not None]
    if len(known) < len(tokens):
        return None
    return exp(sum(log(max(odds, 1e-9)) for odds in known) / len(known))


def _pieces(tokens: Sequence[Token]) -> Iterator[Piece]:
    """Yield tokens with a space between English words."""
    ended = False
    for token in tokens:
        text = token.text.removesuffix(GOES_ON)
        latin = text.isascii()
        start, end = token.span or (0.0, 0.0)
        yield Piece(SPACE + text if ended and latin else text, start, end, token.odds)
        ended = latin and not token.text.endswith(GOES_ON)


def tokens_of(
    hotword: Hotword, known: Mapping[str, int], parts: Mapping[str, Sequence[str]]
) -> list[int] | None:
    """Return the tokens of a hotword; None for one that the model cannot write.

    Args:
        hotword: of any script.
        known: the model's tokens.
        parts: words and characters to the tokens they are made of, where the model says.
    """
    found: list[int] = []
    for unit in _units(hotword.text.lower()):
        tokens = parts.get(unit, [unit])
        if any(token not in known for token in tokens):
            return None
        found += [known[token] for token in tokens]
    return found or None


def _units(text: str) -> Iterator[str]:
    """Yield words of letters and digits, and other characters one by one; no spaces."""
    word = ""
    for char in text:
        if char.isascii() and char.isalnum():
            word += char
            continue
        if word:
            yield word
            word = ""
        if not char.isspace():
            yield char
    if word:
        yield word
