"""What is done of many calls: kept with how far it is; the bin knows what put a call there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from huiting.core.errors import Unknown
from huiting.store import Store, bulk, keeping
from huiting.store.browse import Browser, Sought
from huiting.store.bulk import Asked, Tally
from huiting.store.calls import Which
from unit.store.stored import NOON, heard, identity

ASKED = Asked("a" * 32, "user:1", "wang", "10.0.0.1", "remove", '{"q": 1}', 3, NOON)


def test_how_far_it_is_is_kept_and_what_was_sought_forgotten(store: Store) -> None:
    with store.database.writing() as connection:
        bulk.add(connection, ASKED)
        bulk.move(connection, ASKED.id, 2**40, Tally(2, {"held": 1}))
        bulk.move(connection, ASKED.id, None, Tally(2, {"held": 2}))
        going = bulk.find(connection, ASKED.id, "user:1")
        bulk.end(connection, ASKED.id, NOON, "{}")
        over = bulk.find(connection, ASKED.id)

    assert (going.asked, going.place, going.tally.seen, going.ended_at) == (ASKED, 2**40, 4, None)
    assert (over.asked.wish, over.ended_at) == ("{}", NOON)
    with store.database.reading() as connection, pytest.raises(Unknown):
        bulk.find(connection, ASKED.id, "user:2")


def test_the_latest_come_first_and_old_ones_go(store: Store) -> None:
    later = replace(ASKED, id="b" * 32, at=NOON + timedelta(days=1), total=None)
    other = replace(ASKED, id="c" * 32, owner="user:2")
    with store.database.writing() as connection:
        for one in (ASKED, later, other):
            bulk.add(connection, one)
        mine = bulk.latest(connection, NOON, 10, "user:1")
        new = bulk.latest(connection, later.at, 10, "user:1")
        gone = bulk.prune(connection, later.at)
        left = bulk.latest(connection, NOON, 10, "user:1")

    assert [work.asked for work in mine] == [later, ASKED]
    assert [work.asked for work in new] == [later]
    assert (gone, [work.asked for work in left]) == (2, [later])


def test_removals_are_found_behind_any_number_of_later_works(store: Store) -> None:
    done = replace(ASKED, id="b" * 32, act="remove")
    others = [replace(ASKED, id=f"{n:032}", act="judge") for n in range(3)]
    with store.database.writing() as connection:
        for one in (done, *others):
            bulk.add(connection, one)
        bulk.end(connection, done.id, NOON, "{}")
        removals = bulk.latest(connection, NOON, 2, "user:1", "remove")
        going = bulk.latest(connection, NOON, 10, "user:1")

    assert [work.asked.id for work in removals] == [done.id]
    assert done.id not in {work.asked.id for work in going}


def test_the_bin_knows_what_was_put_there_together(store: Store) -> None:
    names = "abcd"
    for name in names:
        store.save(heard(name, "您好", metadata={"team": "A" if name != "b" else "B"}), at=NOON)
    calls = [identity(name) for name in names]
    with store.database.writing() as connection:
        for call in calls:
            keeping.put_in_bin(connection, call, {}, "user:1", NOON, "")
        bulk.tie(connection, calls[:3], ASKED.id)
        seen = bulk.tied(connection, ASKED.id, {"team": frozenset({"A"})})
        first = bulk.tied(connection, ASKED.id, limit=2)
        rest = bulk.tied(connection, ASKED.id, after=first[-1][0])
        keeping.take_from_bin(connection, calls[0])
        keeping.put_in_bin(connection, calls[0], {}, "user:2", NOON, "")

        assert [call for _, call in seen] == [calls[2], calls[0]]
        assert [call for _, call in (*first, *rest)] == [calls[2], calls[1], calls[0]]
        assert not bulk.has_put(connection, ASKED.id, calls[0])  # somebody else did since
        assert bulk.has_put(connection, ASKED.id, calls[1])
        assert bulk.left_in_bin(connection, [ASKED.id, "x"]) == {ASKED.id: 2}


def test_calls_that_come_later_are_told_apart(store: Store) -> None:
    store.save(heard("a", "退货"), at=NOON)
    browser = Browser(store.database)
    newest = browser.newest()
    store.save(heard("b", "退货"), at=NOON)
    store.save(heard("a", "退货了"), at=NOON)  # heard anew: the same call
    for text in (None, "退货"):
        found = browser.ids(Sought(which=Which(newest=newest), text=text), None, 10)
        assert [call for _, call in found] == [identity("a")]
