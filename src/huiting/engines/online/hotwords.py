"""Hotwords of a stream, as sherpa-onnx wants them written; none that it would stumble over.

It divides Chinese words into characters, and words of Latin letters by the model's own pieces
(`bpe.vocab`). A character that it has no token for spoils the whole word, and `:`, `#`, `@` and
`/` mean something to it. Such words are left to the stages of the text.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from huiting.core.ports import Hotword
from huiting.engines._pieces import SPACE

PIECES = "bpe.vocab"
HAN = ("\u3400", "\u9fff")
CHARACTERS, BOTH, PARTS = "cjkchar", "cjkchar+bpe", "bpe"
"""What the runtime calls ways to divide words."""
BOOST = 1.5
"""What each token of a hotword is worth, in log, at weight 1; sherpa-onnx's own."""
MOST = 1000
"""Hotwords of a stream; the weightiest."""


class Spelling:
    """Writes hotwords for a model. Threads may share it."""

    def __init__(self, tokens: Mapping[int, str], weights: Path, *, capitals: bool) -> None:
        """Read what the model divides words into.

        Args:
            tokens: of the model.
            weights: its folder, which may hold its pieces.
            capitals: it knows no small letters.
        """
        self._capitals = capitals
        self._characters = {token for token in tokens.values() if _han(token)}
        self.pieces = weights / PIECES
        """File of the pieces, where there is one."""
        known = frozenset(tokens.values())
        self._letters = _letters(self.pieces, known) if self.pieces.is_file() else frozenset()
        self._write = lru_cache(maxsize=16)(self._written)

    @property
    def unit(self) -> str:
        """How the runtime is to divide words."""
        if not self._letters:
            return CHARACTERS
        return BOTH if self._characters else PARTS

    def of(self, words: tuple[Hotword, ...]) -> str:
        """Return them in one line; empty where the model can write none."""
        return self._write(words)

    def _written(self, words: tuple[Hotword, ...]) -> str:
        found: list[str] = []
        for word in sorted(words, key=lambda word: -word.weight):
            text = self._spelled(word.text)
            if text and len(found) < MOST:
                found.append(f"{text} :{max(0.0, BOOST * word.weight):.2f}")
        return "/".join(found)

    def _spelled(self, text: str) -> str:
        """Return a word as the model writes it; empty where it cannot."""
        text = " ".join((text.upper() if self._capitals else text).split())
        known = self._characters | self._letters
        return text if all(char in known for char in text.replace(" ", "")) else ""


def _han(token: str) -> bool:
    return len(token) == 1 and HAN[0] <= token <= HAN[1]


def _letters(path: Path, tokens: frozenset[str]) -> frozenset[str]:
    """Return the letters that are pieces by themselves: words made of them can be divided.

    None where a word may be divided into what is no token.
    """
    rows = path.read_text(encoding="utf-8", errors="replace").splitlines()
    pieces = {piece for row in rows if (piece := row.split("\t")[0]) and not piece.startswith("<")}
    if SPACE not in pieces or not pieces <= tokens:
        return frozenset()
    return frozenset(p for p in pieces if len(p) == 1 and p.isalpha() and not _han(p))
