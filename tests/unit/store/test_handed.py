"""What was handed in, and how it stands."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from huiting.core.errors import InputError
from huiting.jobs.job import Order
from huiting.jobs.mode import open_queue
from huiting.store import Store, keeping, received
from huiting.store.handed import Handed, Standing, Wanted, handed_in
from huiting.store.received import Described, Entry
from huiting.store.schema import JobRow
from unit.store.stored import NOON, heard, identity

ALL = Wanted()
STATES = ("waiting", "running", "done", "failed", "cancelled")


@pytest.fixture
def filled(store: Store) -> Store:
    """A store in which something of each standing was handed in, an hour apart."""
    queue = open_queue(store.database)
    names = [*STATES, "binned", "gone"]
    for name in ("done", "binned", "failed"):
        store.save(heard(name, "您好"), at=NOON)
    with store.database.writing() as connection:
        for hour, name in enumerate(names):
            job, _ = queue.put(connection, Order("analyze", f"{identity(name)}:x", {}))
            state = name if name in STATES else "done"
            told = {"reason": "too quiet", "remedy": "speak up"} if name != "waiting" else {}
            own = update(JobRow).where(JobRow.id == job.id)
            connection.execute(own.values(state=state, share=0.25, **told))
            at = NOON + timedelta(hours=hour)
            if name != "gone":
                described = Described(identity(name), 5, name, {}, None, (), "user:1", at)
                received.add(connection, described)
            entry = Entry(f"8001_{name}.WAV", "user:1", at, None, identity(name), "x", job.id)
            received.receive(connection, entry)
        error = InputError("x", "no audio", "send audio")
        received.receive(
            connection,
            Entry("100%.txt", "user:2", NOON + timedelta(hours=9), code=error.code,
                  reason=error.reason, remedy=error.remedy),
        )  # fmt: skip
        keeping.put_in_bin(connection, identity("binned"), {}, "user:1", NOON, "")
    return store


def found(store: Store, wanted: Wanted = ALL, before: int | None = None) -> list[Handed]:
    with store.database.reading() as connection:
        return handed_in(connection, wanted, before, 100)


def test_all_of_it_the_latest_first(filled: Store) -> None:
    standings = [one.standing for one in found(filled)]

    assert standings == list(reversed([*map(Standing, STATES), Standing.BINNED, Standing.GONE,
                                       Standing.REFUSED]))  # fmt: skip


@pytest.mark.parametrize("standing", list(Standing))
def test_by_standing(filled: Store, standing: Standing) -> None:
    assert [one.standing for one in found(filled, Wanted(standing=standing))] == [standing]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        pytest.param(Wanted(name="8001_"), 7, id="the beginning of the name"),
        pytest.param(Wanted(name=".wav"), 7, id="its end, in another case"),
        pytest.param(Wanted(name="%"), 1, id="a sign that means something to databases"),
        pytest.param(Wanted(owner="user:2"), 1, id="by whom"),
        pytest.param(Wanted(since=NOON + timedelta(hours=5)), 3, id="since"),
        pytest.param(Wanted(until=NOON + timedelta(hours=5)), 5, id="until"),
    ],
)
def test_by_what_is_known(filled: Store, wanted: Wanted, count: int) -> None:
    assert len(found(filled, wanted)) == count


def test_why_it_failed_is_told_and_nothing_where_it_did_not(filled: Store) -> None:
    told = {one.standing: (one.reason, one.remedy) for one in found(filled)}

    assert told[Standing.FAILED] == ("too quiet", "speak up")
    assert told[Standing.REFUSED] == ("no audio", "send audio")
    assert told[Standing.RUNNING] == (None, None)


def test_whether_the_audio_is_kept(filled: Store) -> None:
    kept = {one.standing: one.kept for one in found(filled)}

    assert kept[Standing.DONE]
    assert not kept[Standing.GONE]
    assert not kept[Standing.REFUSED]


def test_pages_follow_each_other(filled: Store) -> None:
    every = found(filled)
    rest = found(filled, before=every[2].key)

    assert rest == every[3:]
