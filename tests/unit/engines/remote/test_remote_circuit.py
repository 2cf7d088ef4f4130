from datetime import UTC, datetime

import pytest

from huiting.core.errors import EngineError
from huiting.engines.remote._circuit import Circuit
from huiting.engines.remote._trouble import Busy, Lost


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def circuit(clock: Clock) -> Circuit:
    noon = datetime(2025, 3, 12, 12, 30, tzinfo=UTC)
    return Circuit("http://gpu-1", failures=3, rest=30.0, now=clock, today=lambda: noon)


def fail(made: Circuit, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Lost), made.attempt():
            raise Lost("no connection (ConnectError)")


def test_after_failures_in_a_row_it_says_so_at_once() -> None:
    made = circuit(Clock())
    fail(made, 3)

    with pytest.raises(EngineError) as refused, made.attempt():
        pytest.fail("asked")
    assert refused.value.subject == "http://gpu-1"
    assert refused.value.reason == (
        "it is left alone since 2025-03-12 12:30:00, "
        "when 3 tries in a row had failed: no connection (ConnectError)"
    )
    assert refused.value.remedy == "see that the server runs; it is asked again every 30 s"


def test_an_answer_in_between_starts_the_count_anew() -> None:
    made = circuit(Clock())
    fail(made, 2)
    with made.attempt():
        pass
    fail(made, 2)

    with made.attempt():
        pass


def test_a_server_that_is_busy_is_there() -> None:
    made = circuit(Clock())
    fail(made, 2)
    with pytest.raises(Busy), made.attempt():
        raise Busy(429, None)
    fail(made, 2)

    with made.attempt():
        pass


def test_when_it_has_rested_one_question_decides() -> None:
    clock = Clock()
    made = circuit(clock)
    fail(made, 3)
    clock.at = 30.0

    with made.attempt(), pytest.raises(EngineError, match="left alone"), made.attempt():
        pytest.fail("a second one was let through")
    with made.attempt(), made.attempt():
        pass


def test_when_that_fails_it_rests_again() -> None:
    clock = Clock()
    made = circuit(clock)
    fail(made, 3)
    clock.at = 30.0
    fail(made)
    clock.at = 59.0

    with pytest.raises(EngineError, match="left alone"), made.attempt():
        pytest.fail("asked")


def test_when_that_is_broken_off_the_next_one_decides() -> None:
    clock = Clock()
    made = circuit(clock)
    fail(made, 3)
    clock.at = 30.0
    with pytest.raises(KeyboardInterrupt), made.attempt():
        raise KeyboardInterrupt

    with made.attempt():
        pass


def test_what_is_broken_off_is_no_failure() -> None:
    made = circuit(Clock())
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt), made.attempt():
            raise KeyboardInterrupt

    with made.attempt():
        pass


def test_many_failures_at_once_open_it_once() -> None:
    clock = Clock()
    made = circuit(clock)
    with pytest.raises(Lost), made.attempt():
        raise _late(made, clock)

    clock.at = 35.0
    with pytest.raises(EngineError, match="left alone"), made.attempt():
        pytest.fail("asked")


def _late(made: Circuit, clock: Clock) -> Lost:
    fail(made, 3)
    clock.at = 10.0
    return Lost("HTTP 500")
