from datetime import timedelta
from pathlib import Path

import pytest

from huiting.app import history
from huiting.app.history import Order, rejudge
from huiting.app.judging import flat
from huiting.core.errors import InputError
from huiting.core.judgement import Verdict
from huiting.store import Store, Which
from unit.app.wanting import Refuses, Wants
from unit.store.stored import NOON, heard

PASS, FAIL = Verdict.PASS, Verdict.FAIL


@pytest.fixture
def target(tmp_path: Path) -> str:
    url = str(tmp_path / "calls.db")
    with Store.open(url) as store:
        for n in range(5):
            text = "您好" if n % 2 else "喂"
            store.save(heard(f"c{n}", text, started_at=NOON + timedelta(days=n)), at=NOON)
    return url


def test_history_is_judged_again(target: str) -> None:
    seen: list[tuple[int, int]] = []
    order = Order(target, Wants("您好"), flat, NOON)
    first = rejudge(order, Which(), rules=["word"], progress=lambda *done: seen.append(done))
    second = rejudge(Order(target, Wants("喂"), flat, NOON), Which(), rules=["word"])

    assert (first.calls, first.new, first.saved) == (5, 5, 5)
    assert first.totals == {"word": {PASS: 2, FAIL: 3}}
    assert seen == [(5, 5)]
    assert (second.changed, second.new) == (5, 0)
    assert [(c.before, c.after, c.calls, [s.name for s in c.samples]) for c in second.verdicts] == [
        (FAIL, PASS, 3, ["c4.wav", "c2.wav", "c0.wav"]), (PASS, FAIL, 2, ["c3.wav", "c1.wav"]),
    ]  # fmt: skip


def test_what_is_saved_already_is_not_written_again(target: str) -> None:
    order = Order(target, Wants("您好"), flat, NOON)
    rejudge(order, Which(), rules=["word"])
    with Store.open(target) as store:
        before = store.judgement("c0")
    again = rejudge(order, Which(), rules=["word"])

    assert (again.calls, again.changed, again.saved, again.verdicts) == (5, 0, 5, ())
    with Store.open(target) as store:
        assert store.judgement("c0") == before


def test_a_dry_run_saves_nothing(target: str) -> None:
    changes = rejudge(Order(target, Wants("您好"), flat, NOON, dry=True), Which(), rules=["word"])

    assert (changes.calls, changes.saved) == (5, 0)
    with Store.open(target) as store:
        assert store.judgement("c0") is None


def test_only_the_calls_that_are_wanted_are_judged(target: str) -> None:
    which = Which(since=NOON + timedelta(days=1), until=NOON + timedelta(days=3))
    changes = rejudge(Order(target, Wants("您好"), flat, NOON), which, rules=["word"])

    assert changes.calls == 2
    with Store.open(target) as store:
        assert [f.name for f in store.findings()] == ["c2.wav", "c1.wav"]


def test_a_store_without_calls_changes_nothing(tmp_path: Path) -> None:
    order = Order(str(tmp_path / "empty.db"), Wants("您好"), flat, NOON)

    assert rejudge(order, Which(), rules=["word"], processes=2).calls == 0


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiting.app.history.SLICE", 2)
    monkeypatch.setattr("huiting.app.history._FEW", 0)


@pytest.mark.usefixtures("small_slices")
def test_several_processes_count_the_same(target: str) -> None:
    alone = rejudge(
        Order(target, Wants("您好"), flat, NOON, dry=True), Which(), rules=["word"], processes=1
    )
    together = rejudge(
        Order(target, Wants("您好"), flat, NOON), Which(), rules=["word"], processes=2
    )

    assert together.totals == alone.totals
    assert together.verdicts == alone.verdicts
    assert together.saved == 5


@pytest.mark.usefixtures("small_slices")
def test_an_error_of_a_process_is_that_of_all(target: str) -> None:
    order = Order(target, Refuses(), flat, NOON)

    with pytest.raises(InputError, match="nothing to ask"):
        rejudge(order, Which(), rules=[], processes=2)


def test_a_process_opens_the_store_once(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_orders", [])
    monkeypatch.setattr(history, "_workers", [])
    history._begin(Order(target, Wants("您好"), flat, NOON))
    middle = Which(since=NOON + timedelta(days=2))

    assert history._count(middle).saved == 3
    first = history._workers[0]
    assert history._count(Which(until=NOON + timedelta(days=2))).saved == 2
    assert history._workers == [first]
    first.store.close()
