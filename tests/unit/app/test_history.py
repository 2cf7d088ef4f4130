import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from huiting.app import history
from huiting.app.history import Order, joined, rejudge
from huiting.app.judging import flat
from huiting.core.errors import InputError
from huiting.core.judgement import Finding, Judgement, Score, ScoredItem, Verdict
from huiting.store import Store, Which
from unit.app.wanting import Fails, Refuses, Tired, Wants
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

    assert (again.calls, again.changed, again.saved, again.verdicts) == (5, 0, 0, ())
    assert again.totals == {"word": {PASS: 2, FAIL: 3}}
    with Store.open(target) as store:
        assert store.judgement("c0") == before


def test_a_dry_run_saves_nothing(target: str) -> None:
    changes = rejudge(Order(target, Wants("您好"), flat, NOON, dry=True), Which(), rules=["word"])

    assert (changes.calls, changes.saved) == (5, 0)
    with Store.open(target) as store:
        assert store.judgement("c0") is None


def test_a_dry_run_writes_no_dialogues(target: str) -> None:
    rejudge(Order(target, Wants("您好"), flat, NOON, dry=True), Which(), rules=["word"])

    assert sqlite3.connect(target).execute("SELECT count(*) FROM dialogue").fetchone() == (0,)


def test_a_dry_run_tells_what_a_run_changes(target: str) -> None:
    rejudge(Order(target, Wants("您好"), flat, NOON), Which(), rules=["word"])
    order = Order(target, Wants("喂"), flat, NOON)
    dry = rejudge(replace(order, dry=True), Which(), rules=["word"])
    wet = rejudge(order, Which(), rules=["word"])

    assert replace(wet, saved=0) == dry
    assert wet.saved == 5


def test_calls_judged_by_the_same_rules_are_not_judged_again(target: str) -> None:
    rejudge(Order(target, Wants("您好"), flat, NOON), Which(), rules=["word"])
    for judge in (Tired("您好"), Tired("您好", steady=False)):
        order = Order(target, judge, flat, NOON)
        if judge.steady:
            assert rejudge(order, Which(), rules=["word"]).calls == 5
        else:
            with pytest.raises(AssertionError):
                rejudge(order, Which(), rules=["word"])


def test_a_rule_that_rests_on_a_model_is_judged_again(target: str) -> None:
    first = rejudge(Order(target, Fails("您好"), flat, NOON), Which(), rules=["word"])
    again = Order(target, Wants("您好", steady=False), flat, NOON)
    changes = rejudge(again, Which(), rules=["word"])

    assert [(p.rule, p.calls) for p in first.problems] == [("word", 5)]
    assert (changes.calls, changes.changed, changes.saved, changes.problems) == (5, 5, 5, ())


def test_what_could_not_be_judged_before_is_told_again(target: str) -> None:
    first = rejudge(Order(target, Fails("您好"), flat, NOON), Which(), rules=["word"])
    again = rejudge(Order(target, Tired("您好"), flat, NOON), Which(), rules=["word"])

    assert again.problems == first.problems
    assert (again.calls, again.saved) == (5, 0)


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


def test_rules_that_are_not_asked_keep_their_verdicts_and_their_scores() -> None:
    def item(*rules: str) -> ScoredItem:
        return ScoredItem("i", "i", "s", 1, 1, PASS, rules=rules)

    old = Judgement(
        "c",
        (Finding("greet", 1, PASS), Finding("close", 1, FAIL)),
        (Score("kept", 1, 1, 1, (item("close"),)), Score("stale", 1, 1, 1, (item("greet"),))),
        "old",
        {"slow": "no server", "greet": "before"},
    )
    new = Judgement("c", (Finding("greet", 2, FAIL),), (), "new", {})

    both = joined(new, old)

    assert [(f.rule, f.version, f.verdict) for f in both.findings] == [
        ("greet", 2, FAIL),
        ("close", 1, FAIL),
    ]
    assert [score.scorecard for score in both.scores] == ["kept"]
    assert (both.rules, dict(both.problems)) == ("new", {"slow": "no server"})


def test_another_rule_is_judged_beside_those_before(target: str) -> None:
    rejudge(Order(target, Wants("您好"), flat, NOON), Which(), rules=["word"])
    with Store.open(target) as store:
        kept = store.judgement("c1")
        assert kept is not None
        other = replace(kept, findings=(Finding("other", 1, FAIL), *kept.findings))
        store.judge([other], at=NOON)

    changes = rejudge(Order(target, Wants("喂"), flat, NOON), Which(), rules=["word"])

    with Store.open(target) as store:
        found = store.judgement("c1")
    assert found is not None
    assert [(f.rule, f.verdict) for f in found.findings] == [("word", FAIL), ("other", FAIL)]
    assert {change.rule for change in changes.verdicts} == {"word"}
