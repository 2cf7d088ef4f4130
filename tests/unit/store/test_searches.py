"""Searches that are kept; what is said in given calls; what there is to choose from."""

from datetime import timedelta

import pytest

from fakes import AGENT, CUSTOMER
from huiting.core.errors import Conflict, InputError, Unknown
from huiting.store import Store, searches
from huiting.store.known import judged_last, known
from huiting.store.lines import Sayings, lines
from huiting.store.searches import Draft, KeptSearch, Searches
from unit.store.stored import NOON, heard, identity

ANN, BEN = "user:1", "user:2"
A, B = {"team": frozenset({"A"})}, {"team": frozenset({"B"})}
ALL: searches.Scope = {}


@pytest.fixture
def kept(store: Store) -> Searches:
    return Searches(store.database)


def keep(kept: Searches, name: str = "Refunds", *, shared: bool = False) -> KeptSearch:
    return kept.keep(Draft(name, "q=退货", ("agent",), shared), ANN, A, NOON)


def test_a_search_is_kept_and_found(kept: Searches) -> None:
    made = keep(kept, "  Our \n refunds ")

    assert kept.list(ANN, A) == [made]
    assert kept.find(made.key, ANN, A).draft == Draft("Our refunds", "q=退货", ("agent",))


def test_one_of_the_same_name_takes_its_place(kept: Searches) -> None:
    keep(kept)
    newer = kept.keep(Draft("Refunds", "q=退款"), ANN, A, NOON)

    assert kept.list(ANN, A) == [newer]


@pytest.mark.parametrize(
    ("owner", "scope", "seen"),
    [
        pytest.param(BEN, A, True, id="of the same team"),
        pytest.param(BEN, B, False, id="of another team"),
        pytest.param(BEN, ALL, True, id="who sees all calls"),
        pytest.param(ANN, B, True, id="the owner, moved to another team"),
    ],
)
def test_with_whom_a_search_is_shared(
    kept: Searches, owner: str, scope: searches.Scope, *, seen: bool
) -> None:
    made = keep(kept, shared=True)

    assert (made in kept.list(owner, scope)) is seen


def test_what_who_sees_everything_shares_is_for_everybody(kept: Searches) -> None:
    made = kept.keep(Draft("All", "", shared=True), ANN, ALL, NOON)

    assert kept.list(BEN, B) == [made]


def test_what_is_not_shared_is_nobody_else_s(kept: Searches) -> None:
    made = keep(kept)

    assert kept.list(BEN, A) == []
    with pytest.raises(Unknown):
        kept.find(made.key, BEN, A)


def test_one_s_own_come_first(kept: Searches) -> None:
    theirs = keep(kept, "a", shared=True)
    own = kept.keep(Draft("b", ""), BEN, A, NOON)

    assert kept.list(BEN, A) == [own, theirs]


def test_a_removed_search_comes_back_for_a_day(kept: Searches) -> None:
    made = keep(kept)
    kept.remove(made.key, ANN, NOON)
    assert kept.list(ANN, A) == []
    assert kept.restore(made.key, ANN) == made
    kept.remove(made.key, ANN, NOON)
    kept.keep(Draft("other", ""), ANN, A, NOON + timedelta(days=2))

    with pytest.raises(Unknown):
        kept.restore(made.key, ANN)


def test_only_its_owner_removes_and_restores_a_search(kept: Searches) -> None:
    made = keep(kept, shared=True)

    with pytest.raises(Unknown):
        kept.remove(made.key, BEN, NOON)
    with pytest.raises(Unknown):
        kept.restore(made.key, BEN)


def test_a_search_does_not_come_back_over_another(kept: Searches) -> None:
    made = keep(kept)
    kept.remove(made.key, ANN, NOON)
    keep(kept)

    with pytest.raises(Conflict, match="there is another Refunds"):
        kept.restore(made.key, ANN)


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param(Draft("  ", ""), id="no name"),
        pytest.param(Draft("x" * 101, ""), id="a name that is too long"),
        pytest.param(Draft("a\x00b", ""), id="a name that is no text"),
        pytest.param(Draft("a", "q" * 8_001), id="a search that is too long"),
    ],
)
def test_what_is_no_search_is_refused(kept: Searches, draft: Draft) -> None:
    with pytest.raises(InputError):
        kept.keep(draft, ANN, A, NOON)


def test_nobody_keeps_searches_without_end(kept: Searches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "MOST", 2)
    keep(kept, "a")
    keep(kept, "b")
    keep(kept, "b")

    with pytest.raises(Conflict):
        keep(kept, "c")


def test_the_first_lines_of_given_calls(store: Store) -> None:
    store.save(heard("one", "我要退货", "退货吗", "好", "退货"), at=NOON)
    store.save(heard("two", "退货"), at=NOON)
    store.save(heard("three", "再见"), at=NOON)
    wanted = [identity(name) for name in ("one", "three")]
    found = lines(store.database, wanted, Sayings("退货"), 2)

    assert list(found) == [identity("one")]
    assert [(line.ordinal, line.role, line.snippet, line.marks) for line in found[wanted[0]]] == [
        (0, AGENT, "我要退货", ((2, 4),)), (1, CUSTOMER, "退货吗", ((0, 2),)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sayings", "places"),
    [
        pytest.param(Sayings("退货", said_by=CUSTOMER), [1, 3], id="of one role"),
        pytest.param(Sayings("腿货", sounds_like=True), [0, 1, 3], id="by sound"),
        pytest.param(Sayings("腿货"), [], id="by sound is only by sound"),
        pytest.param(Sayings("我 退货"), [0], id="all words in one line"),
    ],
)
def test_lines_by_who_says_them_and_how(store: Store, sayings: Sayings, places: list[int]) -> None:
    call = identity("one")
    store.save(heard("one", "我要退货", "退货吗", "好", "退货"), at=NOON)

    found = lines(store.database, [call], sayings, 5).get(call, [])
    assert [line.ordinal for line in found] == places


def test_what_there_is_to_choose_from_is_each_once(store: Store) -> None:
    for name, agent in (("a", "2"), ("b", "1"), ("c", "2")):
        store.save(heard(name, "好", metadata={"agent": agent, "team": "A"}), at=NOON)

    assert known(store.database).fields == ("agent", "team")
    assert known(store.database, most=1).fields == ("agent",)
    assert known(store.database).rules == ()
    assert judged_last(store.database, 3) == []
