from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from huiting.store import Store
from huiting.store.arrivals import Arrivals, Refused

NOW = datetime(2025, 3, 12, 8, tzinfo=UTC)


@dataclass(frozen=True)
class File:
    name: str
    mark: str = "1"


@pytest.fixture
def arrivals(store: Store) -> Arrivals:
    days = count()
    return Arrivals(store.database, now=lambda: NOW + timedelta(next(days)))


def test_a_file_is_known_by_its_inbox_its_name_and_its_mark(arrivals: Arrivals) -> None:
    arrivals.note("pbx", File("通话/a.wav"), "")

    assert arrivals.handled("pbx", [File("通话/a.wav"), File("b.wav")]) == {"通话/a.wav"}
    assert arrivals.handled("other", [File("通话/a.wav")]) == set()
    assert arrivals.handled("pbx", [File("通话/a.wav", "2")]) == set()


def test_the_latest_mark_is_the_one_that_counts(arrivals: Arrivals) -> None:
    arrivals.note("pbx", File("a.wav"), "no audio; give a recording")
    arrivals.note("pbx", File("a.wav", "2"), "")

    assert arrivals.handled("pbx", [File("a.wav", "2")]) == {"a.wav"}
    assert arrivals.refused("pbx") == []


def test_refused_files_are_listed_the_latest_first(arrivals: Arrivals) -> None:
    for day in range(3):
        arrivals.note("pbx", File(f"{day}.wav"), "no audio")

    assert arrivals.refused("pbx", most=2) == [
        Refused("2.wav", "no audio", NOW + timedelta(2)),
        Refused("1.wav", "no audio", NOW + timedelta(1)),
    ]


def test_thousands_are_looked_up_in_batches(arrivals: Arrivals) -> None:
    files = [File(f"{number}.wav") for number in range(1_203)]
    arrivals.note("pbx", files[0], "")
    arrivals.note("pbx", files[-1], "")

    assert arrivals.handled("pbx", files) == {"0.wav", "1202.wav"}
    assert arrivals.handled("pbx", []) == set()
