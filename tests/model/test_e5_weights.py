"""The sentence network itself."""

import numpy as np
import pytest

from huiting.engines.e5 import build
from huiting.quality.intents.nearness import shipped
from huiting.quality.intents.read import default_intents

pytestmark = pytest.mark.model


def test_what_means_the_same_is_near_and_what_does_not_is_not() -> None:
    rows = build().embed(
        ["我想退货", "东西不要了能不能退", "I want to return this", "明天会下雨吗"]
    )
    near = rows @ rows.T

    assert near[0, 1] > 0.3
    assert near[0, 3] < 0.15
    assert near[0, 2] > near[0, 3]


def test_the_kept_vectors_are_those_of_the_examples() -> None:
    kept = shipped()
    examples = [e for kind in default_intents() for e in kind.examples]

    assert sorted(kept) == sorted(set(examples))
    some = examples[::25]
    fresh = build().embed(some)
    assert np.abs(fresh - np.stack([kept[text] for text in some])).max() < 1e-3
