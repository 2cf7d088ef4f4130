"""Linear heads on what a sentence means and how it is worded, kept in a small file.

A sentence is its vector (`engines.e5`) and the sequences of one to three letters in it,
spread over a fixed number of columns and weighted by how rare they are: the vector knows
words that nobody listed, the letters know tone (你们可真, 合着, 还得). Knows no names of
heads; tools/train_meaning.py makes the file.
"""

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from huiting.core.errors import ModelUnavailable
from huiting.engines._lexicon import folded

FORMAT = "huiting-meaning/1"
BUCKETS = 4096
"""Columns that letter sequences are spread over."""
GRAMS = (1, 2, 3)
SHARE = 1.5
"""Length of a sentence's letters beside its vector, whose length is 1."""
_FULL = 127
_TINY = 1e-6
"""Of an answer for which nothing speaks."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """One question, and how likely each answer is."""

    answers: tuple[str, ...]
    weights: Array
    """Shape (size + BUCKETS, answers)."""
    bias: Array
    """Shape (answers,)."""

    def chances(self, seen: csr_array) -> Array:
        """Return the probability of each answer, shape (sentences, answers)."""
        odds = np.asarray(seen @ self.weights) + self.bias
        powers = np.exp(odds - odds.max(axis=1, keepdims=True))
        found: Array = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """All heads, and how letters are counted for them."""

    rare: Array
    """Weight of each column of letters, shape (BUCKETS,)."""
    heads: Mapping[str, Head]

    def seen(self, texts: Sequence[str], vectors: Array) -> csr_array:
        """Return what the heads look at, shape (texts, size + BUCKETS)."""
        rows = [dict(self._row(text, vector)) for text, vector in zip(texts, vectors, strict=True)]
        bounds = np.cumsum([0, *(len(row) for row in rows)])
        columns = np.array([c for row in rows for c in row], np.int64)
        values = np.array([v for row in rows for v in row.values()], np.float32)
        shape = (len(rows), vectors.shape[1] + BUCKETS)
        return csr_array((values, columns, bounds), shape=shape)

    def _row(self, text: str, vector: Array) -> Iterator[tuple[int, float]]:
        yield from enumerate(vector.tolist())
        counts = counted(text)
        worth = {n: np.log1p(count) * float(self.rare[n]) for n, count in counts.items()}
        length = float(np.sqrt(sum(value**2 for value in worth.values()))) or 1.0
        for n, value in worth.items():
            yield len(vector) + n, SHARE * value / length


def counted(text: str) -> dict[int, int]:
    """Return how often each column of letters occurs in a text."""
    letters = "".join(c if c.isalpha() else " " for c in folded(text))
    counts: dict[int, int] = {}
    for size in GRAMS:
        for at in range(len(letters) - size + 1):
            gram = letters[at : at + size]
            if not gram.isspace():
                column = zlib.crc32(gram.encode("utf-8", "replace")) % BUCKETS
                counts[column] = counts.get(column, 0) + 1
    return counts


def save(heads: Heads, path: Path) -> None:
    """Write the heads; a weight becomes one of 255 steps of its answer's largest."""
    kept: dict[str, NDArray[np.generic]] = {"rare": heads.rare.astype(np.float16)}
    for name, head in heads.heads.items():
        step = np.maximum(np.abs(head.weights).max(axis=0), _TINY) / _FULL
        kept[f"{name}.weights"] = np.rint(head.weights / step).astype(np.int8)
        kept[f"{name}.step"] = step.astype(np.float32)
        kept[f"{name}.bias"] = head.bias.astype(np.float32)
    names = {name: head.answers for name, head in heads.heads.items()}
    about = json.dumps({"format": FORMAT, "heads": names}, ensure_ascii=False)
    np.savez_compressed(path, about=np.array(about), **kept)  # type: ignore[arg-type]


def load(path: Path) -> Heads:
    """Return what `save` kept.

    Raises:
        ModelUnavailable: the file is missing, or is of another kind.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            about = json.loads(str(kept["about"]))
            heads = {
                name: Head(
                    tuple(answers),
                    kept[f"{name}.weights"].astype(np.float32) * kept[f"{name}.step"],
                    kept[f"{name}.bias"],
                )
                for name, answers in about["heads"].items()
            }
            made, rare = about["format"], kept["rare"].astype(np.float32)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ModelUnavailable(
            str(path), f"no weights of meaning ({error})", "reinstall huiting"
        ) from error
    if made != FORMAT:
        raise ModelUnavailable(
            str(path), f"weights of meaning in format {made}, not {FORMAT}", "reinstall huiting"
        )
    return Heads(rare, heads)
