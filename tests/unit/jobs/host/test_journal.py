"""What a task tells of itself, and when."""

import threading

import pytest

from huiting.core.watch import Progress
from huiting.jobs.host.journal import SELDOM, Cancelled, Journal
from huiting.jobs.host.messages import Advanced, Alive, Entered, Left, Moved, ToHost, Waits


class Clock:
    """A clock that is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[ToHost]:
    return []


@pytest.fixture
def journal(told: list[ToHost], clock: Clock) -> Journal:
    return Journal(told.append, clock)


def test_steps_are_told_before_and_after(journal: Journal, told: list[ToHost]) -> None:
    with journal.step([b"a", b"b"]):
        assert told == [Entered(0, (b"a", b"b"))]
    with pytest.raises(ZeroDivisionError), journal.step([b"c"]):
        raise ZeroDivisionError

    assert told[1:] == [Left(0), Entered(1, (b"c",)), Left(1)]


def test_steps_that_come_further_say_so_now_and_then(
    journal: Journal, told: list[ToHost], clock: Clock
) -> None:
    with journal.step([b"a"]) as moved:
        for _ in range(3):
            moved()
        clock.now += 0.3
        moved()
        moved()

    assert told == [Entered(0, (b"a",)), Moved(0), Left(0)]


def test_who_takes_steps_alone_comes_further_with_them(
    journal: Journal, told: list[ToHost], clock: Clock
) -> None:
    with journal.running(7), journal.step([b"a"]) as moved:
        clock.now += 0.3
        moved()
        journal.cancel(7)
        with pytest.raises(Cancelled):
            moved()

    assert told == [Entered(0, (b"a",)), Alive(7), Moved(0), Left(0)]


def test_progress_is_told_seldom_but_stages_and_ends_at_once(
    journal: Journal, told: list[ToHost], clock: Clock
) -> None:
    with journal.running(7) as listen:
        for share in (0.0, 0.1, 0.2):
            listen(Progress("asr", share))
        clock.now += SELDOM
        listen(Progress("asr", 0.3))
        listen(Progress("asr", 1.0))
        listen(Progress("text", 0.0))

    assert told == [
        Advanced(7, "asr", 0.0),
        Advanced(7, "asr", 0.3),
        Advanced(7, "asr", 1.0),
        Advanced(7, "text", 0.0),
    ]


def test_signs_of_life_are_told_seldom(
    journal: Journal, told: list[ToHost], clock: Clock
) -> None:  # fmt: skip
    with journal.running(7):
        for _ in range(5):
            journal.alive()
        clock.now += SELDOM
        for _ in range(5):
            journal.alive()

    assert told == [Alive(7)]


def test_a_thread_tells_of_its_own_task_alone(journal: Journal, told: list[ToHost]) -> None:
    def other() -> None:
        journal.alive()
        with journal.waiting():
            pass

    with journal.running(7):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        with journal.waiting():
            assert told == [Waits(7, begins=True)]

    assert told[1:] == [Waits(7, begins=False)]


def test_a_cancelled_task_ends_when_it_next_tells_anything(journal: Journal) -> None:
    with journal.running(7) as listen:
        journal.cancel(8)
        listen(Progress("asr", 0.0))
        journal.cancel(7)
        with pytest.raises(Cancelled):
            listen(Progress("asr", 0.0))
        with pytest.raises(Cancelled):
            journal.alive()
    with journal.running(7) as listen:  # a later task of that number is another
        listen(Progress("asr", 0.0))


def test_it_says_which_steps_are_suspected_and_condemned(journal: Journal) -> None:
    journal.suspect([b"a"], [b"b"])

    assert [journal.apart(key) for key in (b"a", b"b")] == [True, False]
    assert [journal.skipped(key) for key in (b"a", b"b")] == [False, True]
