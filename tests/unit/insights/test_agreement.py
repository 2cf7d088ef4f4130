"""Agreement beyond chance, against examples from the literature."""

import pytest

from huiting.insights.agreement import cohen, krippendorff


def test_kappa_of_a_known_table() -> None:
    """20 and 15 the same, 5 and 10 not: 0.7 agreed, 0.5 by chance."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15

    found = cohen(pairs)

    assert found is not None
    assert found.value == pytest.approx(0.4)
    assert (found.of, found.same) == (50, 0.7)
    assert found.interval is not None
    assert 0.1 < found.interval.low < 0.25
    assert 0.55 < found.interval.high < 0.7


def test_alpha_of_krippendorffs_own_example() -> None:
    """Four observers, twelve units, missing data: 0.743 for nominal data (Krippendorff 2011, C)."""
    values = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ]
    columns = zip(*(line.split() for line in values), strict=True)
    units = [[one for one in column if one != "."] for column in columns]

    found = krippendorff(units)

    assert found is not None
    assert found.value == pytest.approx(0.743, abs=0.0005)
    assert found.of == 11


def test_fewer_than_ten_tell_nothing() -> None:
    assert cohen([("y", "y")] * 4 + [("n", "n")] * 5) is None
    assert krippendorff([["y", "y"]] * 4 + [["n", "n"]] * 5) is None
    assert krippendorff([["y"]] * 50) is None


def test_always_the_same_decision_tells_nothing_and_is_not_called_perfect() -> None:
    assert cohen([("y", "y")] * 50) is None
    assert krippendorff([["y", "y"]] * 50) is None


def test_agreement_is_the_same_whenever_it_is_asked_for() -> None:
    pairs = [("y", "y")] * 9 + [("n", "y")] * 3 + [("n", "n")] * 4

    assert cohen(pairs) == cohen(pairs)


def test_one_rare_decision_leaves_a_wide_interval_or_none() -> None:
    found = cohen([("y", "y")] * 400 + [("n", "n")] * 1)

    assert found is not None
    assert (found.value, found.same) == (1.0, 1.0)
    assert found.interval is not None
