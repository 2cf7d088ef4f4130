import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from huiting.core.errors import ConfigError
from huiting.jobs.cron import Cron, Every
from huiting.jobs.job import Order
from huiting.jobs.schedule import Schedule, tick
from huiting.jobs.work.backoff import Backoff
from unit.jobs.desk import Desk


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "now", "last"),
    [
        pytest.param("* * * * *", "2026-03-04 05:06:07", "2026-03-04 05:06", id="every minute"),
        pytest.param("30 7 * * *", "2026-03-04 07:30", "2026-03-04 07:30", id="just now"),
        pytest.param("30 7 * * *", "2026-03-04 07:29", "2026-03-03 07:30", id="yesterday"),
        pytest.param("*/15 8-10 * * *", "2026-03-04 09:50", "2026-03-04 09:45", id="steps"),
        pytest.param("5/20 * * * *", "2026-03-04 09:50", "2026-03-04 09:45", id="steps from"),
        pytest.param("0 6 1 * *", "2026-03-04 09:50", "2026-03-01 06:00", id="of a month"),
        pytest.param("0 6 * 1,2 *", "2026-03-04 09:50", "2026-02-28 06:00", id="in months"),
        pytest.param("0 6 * * 7", "2026-03-04 09:50", "2026-03-01 06:00", id="on Sundays"),
        pytest.param("0 6 * * 0", "2026-03-04 09:50", "2026-03-01 06:00", id="on Sundays too"),
        pytest.param("0 6 2 * 5", "2026-03-04 09:50", "2026-03-02 06:00", id="either day"),
        pytest.param("0 6 29 2 *", "2026-03-04 09:50", "2024-02-29 06:00", id="leap day"),
    ],
)
def test_cron(line: str, now: str, last: str) -> None:
    assert Cron(line).last(at(now)) == at(last)


def test_a_day_that_never_comes_has_no_time() -> None:
    assert Cron("0 0 31 2 *").last(at("2026-03-04 00:00")) is None


def test_a_time_is_of_its_zone() -> None:
    eight = Cron("0 8 * * *", "Asia/Shanghai")

    assert eight.last(at("2026-03-04 00:30")) == at("2026-03-04 00:00")


@pytest.mark.parametrize(
    "line", ["* * * *", "60 * * * *", "* 25 * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *"]
)
def test_a_line_that_is_no_cron_is_refused(line: str) -> None:
    with pytest.raises(ConfigError, match="write it as in crontab"):
        Cron(line)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigError, match="no time zone 'Mars/Base'"):
        Cron("* * * * *", "Mars/Base")


def test_every_so_many_seconds() -> None:
    assert Every(90.0).last(at("1970-01-01 00:04")) == at("1970-01-01 00:03")


HOURLY = Schedule("clean", Every(3_600.0), Order("clean", "all"))


def due(desk: Desk) -> int:
    """Count the jobs that were put."""
    return desk.queue.counts().total


def test_each_due_time_is_put_once_whoever_looks(desk: Desk) -> None:
    ledger = desk.queue.ledger
    assert tick(ledger, HOURLY) is None  # the first time is the next one

    desk.wrong = timedelta(hours=1)
    first, second = tick(ledger, HOURLY), tick(ledger, HOURLY)

    assert first is not None
    assert second is None
    assert first.order.subject.startswith("all@")
    desk.wrong = timedelta(hours=2)
    assert tick(ledger, HOURLY) is not None
    assert due(desk) == 2


def test_of_missed_times_only_the_last_is_made_up_for(desk: Desk) -> None:
    tick(desk.queue.ledger, HOURLY)

    desk.wrong = timedelta(days=3)

    assert tick(desk.queue.ledger, HOURLY) is not None
    assert tick(desk.queue.ledger, HOURLY) is None


def test_a_clock_set_back_does_not_stop_what_comes_again(desk: Desk) -> None:
    desk.wrong = timedelta(days=3_000)
    tick(desk.queue.ledger, HOURLY)

    desk.wrong = timedelta()

    assert tick(desk.queue.ledger, HOURLY) is None
    desk.wrong = timedelta(hours=1)
    assert tick(desk.queue.ledger, HOURLY) is not None


def test_what_never_comes_is_not_put(desk: Desk) -> None:
    assert tick(desk.queue.ledger, replace(HOURLY, when=Cron("0 0 31 2 *"))) is None


class Slow:
    """Due at other times when it is asked again: another worker was here meanwhile."""

    def __init__(self, *times: str) -> None:
        self._times = [at(time) for time in times]

    def last(self, _now: datetime) -> datetime:
        return self._times.pop(0)


def test_who_looks_too_late_finds_it_done(desk: Desk) -> None:
    tick(desk.queue.ledger, replace(HOURLY, when=Slow("2026-01-01 00:00", "2026-01-01 00:00")))

    late = Slow("2026-01-01 01:00", "2026-01-01 00:00")

    assert tick(desk.queue.ledger, replace(HOURLY, when=late)) is None
    assert due(desk) == 0


def test_waits_grow_and_are_spread() -> None:
    backoff, chance = Backoff(5.0, 4.0, 300.0), random.Random(1)
    waits = [[backoff.wait(failures, chance) for _ in range(200)] for failures in (1, 2, 3, 9)]

    for some, step in zip(waits, (5.0, 20.0, 80.0, 300.0), strict=True):
        assert step / 2 <= min(some) < 0.6 * step
        assert 0.9 * step < max(some) <= step
