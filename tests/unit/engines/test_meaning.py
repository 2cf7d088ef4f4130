"""Heads on wording, and what is read with them; the sentence vectors are made up here."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.core.errors import ModelUnavailable
from huiting.core.meaning import OutcomeKind
from huiting.core.reading import Reader
from huiting.core.types import EmotionLabel, Role
from huiting.engines._wording import BUCKETS, SHARE, Head, Heads, counted, load, save
from huiting.engines.meaning import LONGEST, LONGEST_SPACED, WEIGHTS, Meanings, shown

SIZE = 384
ANSWERS = {
    "reason": ("投诉", "售后/退货退款"),
    "feeling": ("angry", "disappointed", "neutral", "sad"),
    "agent_state": ("-", "promised", "solved", "unsolved"),
    "customer_state": ("-", "promised", "solved", "unsolved"),
    "leaving": ("-", "leaves"),
}


class Flat:
    """Every sentence means the same."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        self.asked += texts
        return np.zeros((len(texts), SIZE), np.float32)


def heads(word: str = "退", *, strength: float = 9.0) -> Heads:
    """Return heads in which one letter speaks for the last answer of each."""
    column = SIZE + next(iter(counted(word)))
    made = {}
    for name, answers in ANSWERS.items():
        weights = np.zeros((SIZE + BUCKETS, len(answers)), np.float32)
        weights[column, -1] = strength
        made[name] = Head(answers, weights, np.zeros(len(answers), np.float32))
    return Heads(np.ones(BUCKETS, np.float32), made)


def test_letters_are_counted_without_regard_to_script_and_case() -> None:
    assert counted("退貨 ABC") == counted("退货，abc")
    assert not counted("123 !?")


def test_letters_have_one_length_whatever_the_text() -> None:
    made = heads()

    seen = made.seen(["退", "我要退货退款谢谢"], np.zeros((2, SIZE), np.float32))

    lengths = np.sqrt(seen.multiply(seen).sum(axis=1))
    assert np.allclose(lengths, SHARE)


def test_a_text_without_letters_is_its_vector_alone() -> None:
    seen = heads().seen(["12"], np.ones((1, SIZE), np.float32))

    assert seen.sum() == pytest.approx(SIZE)


def test_a_file_holds_the_heads(tmp_path: Path) -> None:
    made = heads(strength=2.0)
    save(made, tmp_path / "meaning.npz")

    kept = load(tmp_path / "meaning.npz")

    seen = made.seen(["退"], np.zeros((1, SIZE), np.float32))
    for name, head in made.heads.items():
        assert kept.heads[name].answers == head.answers
        assert np.allclose(kept.heads[name].chances(seen), head.chances(seen), atol=0.01)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04"], ids=["none", "empty", "broken"])
def test_a_file_that_is_none_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "meaning.npz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ModelUnavailable, match="no weights of meaning"):
        load(path)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "meaning.npz"
    np.savez(path, about=np.array('{"format": "huiting-meaning/0", "heads": {}}'), rare=np.ones(1))

    with pytest.raises(ModelUnavailable, match="huiting-meaning/0"):
        load(path)


def test_a_customer_is_read_for_all() -> None:
    reader: Reader = Meanings(heads(), Flat())

    plain, telling = reader.read(["你好", "退"], Role.CUSTOMER)

    assert telling.reasons["售后/退货退款"] > 0.99
    assert plain.reasons["售后/退货退款"] == pytest.approx(0.5, abs=0.01)
    assert telling.feelings[EmotionLabel.SAD] > 0.99
    assert plain.feelings[EmotionLabel.SAD] == pytest.approx(0.5, abs=0.01)  # of two answers
    assert plain.complains == pytest.approx(0.5, abs=0.01)
    assert telling.complains < 0.01
    assert telling.states[OutcomeKind.UNSOLVED] > 0.99
    assert OutcomeKind.UNKNOWN not in telling.states
    assert telling.leaves > 0.99


def test_who_is_unknown_is_read_as_a_customer() -> None:
    reader = Meanings(heads(), Flat())

    assert reader.read(["退"], Role.UNKNOWN) == reader.read(["退"], Role.CUSTOMER)


def test_an_agent_is_read_for_offers_and_how_the_matter_stands() -> None:
    found = Meanings(heads(), Flat()).read(["退"], Role.AGENT)[0]

    assert found.reasons
    assert found.states[OutcomeKind.UNSOLVED] > 0.99
    assert not found.feelings
    assert found.complains == found.leaves == 0.0


def test_nothing_is_nothing_read() -> None:
    flat = Flat()

    assert not Meanings(heads(), flat).read([], Role.CUSTOMER)
    assert not flat.asked


@pytest.mark.parametrize(
    ("text", "length"), [("退" * 500, LONGEST), ("a " * 500, LONGEST_SPACED)], ids=["han", "spaced"]
)
def test_long_lines_are_read_up_to_a_bound(text: str, length: int) -> None:
    flat = Flat()

    Meanings(heads(), flat).read([text], Role.CUSTOMER)

    assert flat.asked == [shown(text)]
    assert len(flat.asked[0]) == length


def test_our_weights_answer_what_is_asked() -> None:
    ours = load(WEIGHTS)

    assert set(ours.heads) == set(ANSWERS)
    for name, head in ours.heads.items():
        assert head.weights.shape == (SIZE + BUCKETS, len(head.answers))
        assert np.isfinite(head.weights).all(), name
    assert WEIGHTS.stat().st_size < 300_000
