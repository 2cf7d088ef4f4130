"""The job that adds up days."""

from datetime import UTC, datetime, timedelta

from drawn import drawn, judged
from huiting.app.worker import counting_of
from huiting.jobs.job import State
from huiting.service.counting import KIND, LONGEST, ORDER, Counting
from huiting.service.days import Days
from unit.service.working import NOON, Place, flat

EVERY = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


def fill(place: Place) -> Days:
    for number in range(8):
        analysis = drawn(number)
        place.store.save(analysis, at=NOON, dialogue=flat(analysis))
        place.store.judge([judged(analysis)], at=NOON)
    return Days(place.store, flat, None, UTC)


def test_it_adds_up_what_is_behind(place: Place) -> None:
    days = fill(place)
    Counting(days, place.queue, lambda: NOON)(place.begin(ORDER))

    job = place.queue.find(KIND, "days")
    assert job is not None
    assert job.state is State.DONE
    assert days.totals.count(EVERY) == 0
    assert days.totals.kept(EVERY)


def test_it_ends_when_its_time_is_over(place: Place) -> None:
    days = fill(place)
    clock = iter(NOON + n * LONGEST for n in range(9))
    Counting(days, place.queue, lambda: next(clock))(place.begin(ORDER))

    job = place.queue.find(KIND, "days")
    assert job is not None
    assert job.state is State.DONE
    assert days.totals.kept(EVERY) == []


def test_without_calls_there_is_nothing_to_do(place: Place) -> None:
    Counting(Days(place.store, flat, None, UTC), place.queue, lambda: NOON)(place.begin(ORDER))


def test_a_worker_puts_it_every_minute_and_it_ends_before_the_next() -> None:
    schedule = counting_of()

    assert schedule.order == ORDER
    assert schedule.when.last(NOON + timedelta(seconds=119)) == NOON + timedelta(seconds=60)
    assert timedelta(seconds=60) > LONGEST
