"""What labelled calls taught: a correction to what the list says, kept in a small file.

Scores are those of the list plus a linear function of the letters the customer used, of the
keywords found and, where a model of meaning is there, of what the key sentences mean. With no labels the function is zero and the list alone decides; each
label moves it a little. The file holds numbers and names only, never a word of a call.
"""

import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from huiting.core.errors import InputError
from huiting.core.types import Role
from huiting.core.whole_file import replacing
from huiting.quality.intents.decide import Look
from huiting.quality.intents.weigh import BY_TURN

FORMAT = "huiting-learnt/1"
BUCKETS = 4096
"""Columns that letter sequences are spread over."""
GRAMS = (1, 2, 3)
KEYWORD_UNIT = 3.0
"""Evidence that counts as much as all letters together."""
MEANING_UNIT = 2.0
"""Weight of a vector of meaning beside all letters together."""
_MOST_BYTES = 50_000_000
_AGENT = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """A correction for each intent; made by `learn`, kept by `write` and `read_learnt`."""

    labels: tuple[str, ...]
    """Names of the list and those that labels added."""
    keywords: tuple[str, ...]
    """Intents of the list whose evidence is an input, in order."""
    weights: NDArray[np.float32]
    """Shape (BUCKETS + keywords + meaning, labels)."""
    bias: NDArray[np.float32]
    """Shape (labels,)."""
    calls: int
    """That taught it."""
    right: float
    """Share of calls right when they were not learnt from."""

    @property
    def meaning(self) -> int:
        """Length of the vectors of meaning it was taught with; 0 for none."""
        return len(self.weights) - BUCKETS - len(self.keywords)

    def improve(self, look: Look) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Return all names and the corrected log odds of each."""
        correction = (features([look], self.keywords, self.meaning) @ self.weights)[0] + self.bias
        names = tuple(dict.fromkeys((*look.names, *self.labels)))
        said = dict(zip(look.names, look.logits, strict=True))
        added = dict(zip(self.labels, correction, strict=True))
        return names, np.array([said.get(n, 0.0) + added.get(n, 0.0) for n in names], np.float64)


def features(looks: Sequence[Look], keywords: Sequence[str], meaning: int = 0) -> csr_array:
    """Return what is seen of each call, shape (calls, BUCKETS + keywords + meaning)."""
    rows = [dict(_row(look, keywords, meaning)) for look in looks]
    data = [value for row in rows for value in row.values()]
    columns = [column for row in rows for column in row]
    bounds = np.cumsum([0, *(len(row) for row in rows)])
    shape = (len(rows), BUCKETS + len(keywords) + meaning)
    return csr_array((np.array(data, np.float32), np.array(columns, np.int64), bounds), shape=shape)


def _row(look: Look, keywords: Sequence[str], meaning: int) -> Iterator[tuple[int, float]]:
    counts: dict[int, float] = {}
    told = 0
    for turn in look.turns:
        if turn.role is Role.SYSTEM:
            continue
        weight = _AGENT if turn.role is Role.AGENT else BY_TURN[min(told, len(BY_TURN) - 1)]
        told += turn.tells and turn.role is not Role.AGENT
        for line in turn.lines:
            for gram in _grams(line.folded):
                column = zlib.crc32(gram.encode("utf-8", "replace")) % BUCKETS
                counts[column] = counts.get(column, 0.0) + weight
    length = float(np.sqrt(sum(np.log1p(c) ** 2 for c in counts.values()))) or 1.0
    yield from ((column, float(np.log1p(c)) / length) for column, c in counts.items())
    for n, name in enumerate(keywords):
        found = look.evidence.get(name)
        if found is not None and found.weight:
            yield BUCKETS + n, found.weight / KEYWORD_UNIT
    if look.vector is not None and len(look.vector) == meaning:
        first = BUCKETS + len(keywords)
        yield from ((first + n, MEANING_UNIT * float(x)) for n, x in enumerate(look.vector))


def _grams(folded: str) -> Iterator[str]:
    letters = "".join(c if c.isalpha() else " " for c in folded)
    for size in GRAMS:
        for at in range(len(letters) - size + 1):
            gram = letters[at : at + size]
            if not gram.isspace():
                yield gram


def write(learnt: Learnt, path: Path) -> None:
    """Write a file that `read_learnt` reads; a failure leaves an old one as it was.

    Raises:
        InputError: it cannot be written.
    """
    about = {
        "format": FORMAT,
        "labels": learnt.labels,
        "keywords": learnt.keywords,
        "calls": learnt.calls,
        "right": learnt.right,
    }
    try:
        with replacing(path) as file:
            np.savez_compressed(
                file,
                about=np.array(json.dumps(about, ensure_ascii=False)),
                weights=learnt.weights.astype(np.float16),
                bias=learnt.bias,
            )
    except OSError as error:
        raise InputError(
            str(path), f"it cannot be written: {error.strerror}", "choose another file"
        ) from error


def read_learnt(path: Path) -> Learnt:
    """Return what `write` kept.

    Raises:
        InputError: the file cannot be read, or is of another kind.
    """
    remedy = "make it anew: huiting intents learn"
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(item.file_size for item in packed.infolist()) > _MOST_BYTES:
                raise InputError(str(path), "far larger than such a file can be", remedy)
        with np.load(path, allow_pickle=False) as kept:
            about = json.loads(str(kept["about"]))
            weights, bias = kept["weights"].astype(np.float32), kept["bias"].astype(np.float32)
        return _checked(about, weights, bias)
    except OSError as error:
        raise InputError(
            str(path), f"it cannot be read: {error.strerror}", "check the name"
        ) from error
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(str(path), f"this is no learnt file ({error})", remedy) from error


def _checked(about: Any, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> Learnt:  # noqa: ANN401  (JSON)
    if about["format"] != FORMAT:
        raise ValueError(f"format {about['format']}")
    labels, keywords = tuple(map(str, about["labels"])), tuple(map(str, about["keywords"]))
    least = BUCKETS + len(keywords)
    if weights.shape[1:] != (len(labels),) or len(weights) < least or bias.shape != (len(labels),):
        raise ValueError(f"shape {weights.shape}")
    if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
        raise ValueError("numbers that are none")
    return Learnt(labels, keywords, weights, bias, int(about["calls"]), float(about["right"]))
