from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from huiting.core.errors import EngineError
from huiting.core.ports import Name, NameKind
from huiting.engines.lac import Lac, best_path

NUMBERS = st.floats(-9, 9, width=32)


@given(st.data(), st.integers(1, 5))
def test_the_best_of_all_sequences_of_tags_is_found(data: st.DataObject, length: int) -> None:
    scores = data.draw(arrays(np.float32, (length, 3), elements=NUMBERS))
    transitions = data.draw(arrays(np.float32, (3, 3), elements=NUMBERS))

    def total(path: tuple[int, ...] | list[int]) -> float:
        steps = sum(float(transitions[a, b]) for a, b in pairwise(path))
        return steps + sum(float(scores[i, tag]) for i, tag in enumerate(path))

    best = max(total(path) for path in product(range(3), repeat=length))
    assert total(best_path(scores, transitions)) == pytest.approx(best, abs=1e-3)


class Network:
    """Gives each character the tag that its number says; fails for a text of sevens."""

    def run(self, _names: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        from onnxruntime.capi import onnxruntime_pybind11_state as native

        ids = inputs["token_ids"]
        if (ids == 7).all():
            raise native.Fail("no memory")
        assert (inputs["length"] == ids.shape[1]).all()
        return [np.eye(8, dtype=np.float32)[ids] * 10]


TAGS = {0: "n-B", 1: "n-I", 2: "PER-B", 3: "PER-I", 4: "LOC-B", 5: "LOC-I", 6: "ORG-B", 7: "w-B"}


def finder() -> Lac:
    letters = {"OOV": 0, **{str(n): n for n in range(8)}}
    return Lac(Network(), np.zeros((8, 8), np.float32), letters, TAGS)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0233", [(NameKind.PERSON, 1, 4)]),
        ("2345", [(NameKind.PERSON, 0, 2), (NameKind.PLACE, 2, 4)]),
        ("60", [(NameKind.ORGANIZATION, 0, 1)]),
        ("031", []),
        ("2013", [(NameKind.PERSON, 0, 1)]),
        ("", []),
        ("?", []),
    ],
)
def test_tags_become_names(text: str, names: list[tuple[NameKind, int, int]]) -> None:
    [found] = finder().names([text])

    assert list(found) == [Name(*name) for name in names]


def test_texts_come_back_in_order_whatever_their_length() -> None:
    texts = ["02", "2", "023", "4"] * 20

    assert [len(list(found)) for found in finder().names(texts)] == [1] * 80


def test_a_failing_network_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="no memory"):
        list(finder().names(["77"]))
