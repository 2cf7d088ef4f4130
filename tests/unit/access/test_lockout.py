from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.access.lockout import ACCOUNT, ADDRESS, ONLY_ADMINISTRATOR, Patience

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "wait"),
    [
        pytest.param(0, 0, id="none"),
        pytest.param(4, 0, id="some are free"),
        pytest.param(5, 15, id="then a little"),
        pytest.param(6, 30, id="then twice that"),
        pytest.param(8, 120, id="and so on"),
        pytest.param(11, 900, id="to an end"),
        pytest.param(10**9, 900, id="however many"),
    ],
)
def test_the_wait_grows_and_ends(failures: int, wait: float) -> None:
    assert ACCOUNT.wait(failures, NOON, NOON) == wait


def test_the_wait_passes() -> None:
    assert ACCOUNT.wait(6, NOON, NOON + timedelta(seconds=10)) == 20
    assert ACCOUNT.wait(6, NOON, NOON + timedelta(seconds=30)) == 0


def test_failures_are_forgotten_after_a_day() -> None:
    slow = Patience(free=0, first=1e6, longest=1e6)

    assert slow.wait(9, NOON, NOON + timedelta(days=1)) == 0


def test_a_clock_that_was_set_back_adds_no_wait() -> None:
    assert ACCOUNT.wait(6, NOON, NOON - timedelta(days=9)) == 30


@given(st.integers(0), st.floats(0, 1e6))
def test_nobody_is_locked_out_for_good(failures: int, passed: float) -> None:
    now = NOON + timedelta(seconds=passed)

    for patience in (ACCOUNT, ADDRESS, ONLY_ADMINISTRATOR):
        assert 0 <= patience.wait(failures, NOON, now) <= patience.longest


def test_the_only_administrator_waits_a_minute_at_most() -> None:
    assert ONLY_ADMINISTRATOR.wait(50, NOON, NOON) == 60
