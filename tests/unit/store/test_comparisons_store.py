"""Comparisons of engines: seen by who sees all their calls, gone with their calls and after some days."""

from datetime import timedelta

import pytest

from huiting.core.errors import Unknown
from huiting.store import Store, comparisons
from huiting.store._index import index_for
from huiting.store.comparisons import Asked, Comparisons, Found
from huiting.store.erasing import erase
from unit.store.stored import NOON, heard, identity

A, B = identity("a"), identity("b")
ASKED = Asked("one", "user:1", ("first", "second"), (B, A), 2, NOON)
TOLD = Found(b'{"figures": 1}', {A: b'"said in a"', B: b'"said in b"'})
TEAM = {"team": frozenset({"A"})}


@pytest.fixture
def kept(store: Store) -> Comparisons:
    """Give a comparison of a call of team A and one of team B that is not done."""
    store.save(heard("a", "退货", metadata={"team": "A"}), at=NOON)
    store.save(heard("b", "退货", metadata={"team": "B"}), at=NOON)
    with store.database.writing() as connection:
        comparisons.add(connection, ASKED)
    return Comparisons(store.database)


def end(store: Store) -> None:
    with store.database.writing() as connection:
        comparisons.keep(connection, "one", TOLD, NOON)


def test_what_was_asked_for_is_as_it_was_asked(kept: Comparisons) -> None:
    assert kept.latest() == [ASKED]
    assert kept.find("one") == ASKED
    assert kept.found("one") is None


def test_what_was_found_is_kept_with_its_end(store: Store, kept: Comparisons) -> None:
    end(store)

    assert kept.found("one") == TOLD
    assert kept.find("one").ended_at == NOON


def test_who_may_not_see_one_of_its_calls_sees_no_comparison(
    store: Store, kept: Comparisons
) -> None:
    with store.database.writing() as connection:
        comparisons.add(connection, Asked("two", "user:1", ("first",), (A,), 0, NOON))

    assert [one.id for one in kept.latest(TEAM)] == ["two"]
    with pytest.raises(Unknown):
        kept.find("one", TEAM)


def test_a_call_that_is_erased_leaves_no_text(store: Store, kept: Comparisons) -> None:
    end(store)
    with store.database.writing() as connection:
        erase(connection, index_for(store.database.dialect), A)

    found = kept.found("one")
    assert found is not None
    assert found.of_calls == {B: b'"said in b"'}
    assert kept.find("one").calls == (B,)


def test_of_a_call_erased_while_it_was_heard_nothing_is_kept(
    store: Store, kept: Comparisons
) -> None:  # fmt: skip
    with store.database.writing() as connection:
        comparisons.forget(connection, A)
    end(store)

    found = kept.found("one")
    assert found is not None
    assert list(found.of_calls) == [B]


def test_who_is_limited_sees_none_of_which_no_call_is_left(
    store: Store, kept: Comparisons
) -> None:  # fmt: skip
    with store.database.writing() as connection:
        comparisons.forget(connection, A)
        comparisons.forget(connection, B)

    assert kept.latest(TEAM) == []
    assert [one.calls for one in kept.latest()] == [()]


def test_what_is_removed_is_gone_and_takes_no_result(store: Store, kept: Comparisons) -> None:
    with store.database.writing() as connection:
        kept.remove(connection, "one")

    assert kept.latest() == []
    with pytest.raises(Unknown):
        end(store)


def test_old_ones_go(store: Store, kept: Comparisons) -> None:
    end(store)

    assert kept.prune(NOON) == 0
    assert kept.prune(NOON + timedelta(seconds=1)) == 1
    assert kept.found("one") is None
