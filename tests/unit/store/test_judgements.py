from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.errors import UnknownCall
from huiting.core.judgement import Finding, Judgement, Score, ScoredItem, Verdict
from huiting.core.meaning import Intent, IntentSource, Meaning
from huiting.quality.dialogue import dialogue_of, silent
from huiting.store import Said, Store, Which, prepare
from huiting.store.repository import BATCH
from huiting.store.schema import (
    Base,
    DialogueRow,
    FindingRow,
    IntentRow,
    JudgementRow,
    RecordingRow,
    ScoreRow,
)
from unit.store.stored import NOON, heard, identity

PASS, FAIL = Verdict.PASS, Verdict.FAIL


def build(analysis: Analysis) -> Dialogue:
    return dialogue_of(analysis, silent)


def never(analysis: Analysis) -> Dialogue:
    raise AssertionError(analysis)


def judgement(
    name: str, rules: str = "first", *, scores: Sequence[Score] = (), **verdicts: Verdict
) -> Judgement:
    """Return what rules say of the call that `heard` makes of this name."""
    findings = tuple(Finding(rule, 1, v, -5.0 * (v is FAIL)) for rule, v in verdicts.items())
    return Judgement(identity(name), findings, tuple(scores), rules)


def rows(store: Store, table: type[Base]) -> int:
    with store._database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def verdicts(store: Store) -> list[tuple[str, str, str]]:
    return sorted((f.name, f.rule, f.verdict.value) for f in store.findings())


def test_dialogues_are_made_once_and_kept(store: Store) -> None:
    store.save(heard("a", "您好", "我要退货"), at=NOON)

    made = list(store.dialogues(build))

    assert [d.name for d in made] == ["a.wav"]
    assert [line.text for line in made[0].lines] == ["您好", "我要退货"]
    assert list(store.dialogues(never)) == made


def test_a_dialogue_given_with_the_analysis_is_kept(store: Store) -> None:
    analysis = heard("a", "您好")
    store.save(analysis, at=NOON, dialogue=build(analysis))
    store.save_all([heard("b", "您好")], at=NOON, build=build)

    assert sorted(d.name for d in store.dialogues(never)) == ["a.wav", "b.wav"]


def test_a_dialogue_may_come_with_an_analysis_that_is_known(store: Store) -> None:
    analysis = heard("a", "您好")
    store.save(analysis, at=NOON)
    store.save(analysis, at=NOON, dialogue=build(analysis))

    assert [d.name for d in store.dialogues(never)] == ["a.wav"]


def test_a_new_analysis_has_a_dialogue_of_its_own(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    list(store.dialogues(build))
    store.save(heard("a", "再见"), at=NOON)

    assert [d.lines[0].text for d in store.dialogues(build)] == ["再见"]
    assert rows(store, DialogueRow) == 1


def test_a_dialogue_of_another_version_is_made_again(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    list(store.dialogues(build))
    with store._database.writing() as connection:
        connection.execute(DialogueRow.__table__.update().values(body=b"\x00"))  # type: ignore[attr-defined]

    assert len(list(store.dialogues(build))) == 1
    assert len(list(store.dialogues(never))) == 1


def test_who_analyzes_anew_meanwhile_keeps_the_newer_dialogue(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)

    def slow(analysis: Analysis) -> Dialogue:
        newer = heard("a", "再见")
        store.save(newer, at=NOON, dialogue=build(newer))
        return build(analysis)

    assert [d.lines[0].text for d in store.dialogues(slow)] == ["您好"]
    assert [d.lines[0].text for d in store.dialogues(never)] == ["再见"]


def test_dialogues_are_those_that_are_wanted(store: Store) -> None:
    day = timedelta(days=1)
    for n in range(4):
        began = NOON + n * day
        store.save(heard(f"d{n}", "您好", started_at=began, metadata={"n": str(n % 2)}), at=NOON)
    store.save(heard("en", "hello", language="en", started_at=NOON), at=NOON)

    def names(*, since: int | None = None, **wanted: object) -> list[str]:
        begin = None if since is None else NOON + since * day
        found = store.dialogues(build, since=begin, **wanted)  # type: ignore[arg-type]
        return [d.name.removesuffix(".wav") for d in found]

    assert names(since=2) == ["d3", "d2"]
    assert names(until=NOON + day, language="zh") == ["d0"]
    assert names(metadata={"n": "1"}) == ["d3", "d1"]
    assert sorted(names(share=(0, 2)) + names(share=(1, 2))) == ["d0", "d1", "d2", "d3", "en"]


def test_more_calls_than_a_batch_are_all_read(store: Store) -> None:
    count = BATCH + 3
    store.save_all((heard(str(n), "您好") for n in range(count)), at=NOON)
    judged = store.judge((judgement(str(n), greeting=PASS) for n in range(count)), at=NOON)

    assert judged == count
    assert len({d.call for d in store.dialogues(build)}) == count
    assert [len(batch) for batch in store.history(build)] == [BATCH, 3]


def test_a_judgement_is_kept(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    card = Score("service", 2, 90.0, 100.0, (ScoredItem("i", "", "", 1, 1, PASS),), grade="A")
    said = judgement("a", greeting=PASS, closing=FAIL, scores=[card])

    assert store.judgement("a") is None
    assert store.judge([said], at=NOON) == 1
    assert store.judgement("a") == said
    assert verdicts(store) == [("a.wav", "closing", "fail"), ("a.wav", "greeting", "pass")]
    with store._database.reading() as connection:
        found = connection.execute(
            select(ScoreRow.scorecard, ScoreRow.points, ScoreRow.fatal)
        ).all()
    assert found == [("service", 90.0, False)]


def test_other_rules_take_the_place_of_the_first_whose_judgement_stays(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    store.judge([judgement("a", greeting=PASS, closing=FAIL, hold=FAIL)], at=NOON)
    store.judge([judgement("a", "second", greeting=FAIL, hold=FAIL, apology=PASS)], at=NOON)

    assert verdicts(store) == [
        ("a.wav", "apology", "pass"), ("a.wav", "greeting", "fail"), ("a.wav", "hold", "fail"),
    ]  # fmt: skip
    assert rows(store, JudgementRow) == 2


def test_the_same_rules_replace_what_they_said(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    store.judge([judgement("a", greeting=PASS)], at=NOON)
    store.judge([judgement("a", "second", greeting=FAIL)], at=NOON)
    again = judgement("a", greeting=Verdict.UNCERTAIN)
    store.judge([again], at=NOON)

    assert store.judgement("a") == again
    assert verdicts(store) == [("a.wav", "greeting", "uncertain")]
    assert rows(store, JudgementRow) == 2


def test_judging_twice_writes_once(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    first = store.judge([judgement("a", greeting=PASS)], at=NOON)
    again = store.judge([judgement("a", greeting=PASS)], at=NOON + timedelta(days=1))

    assert (first, again) == (1, 0)
    with store._database.reading() as connection:
        assert connection.scalars(select(JudgementRow.at)).all() == [NOON]


def test_the_newest_three_judgements_of_a_call_stay(store: Store) -> None:
    for name in ("a", "b"):
        store.save(heard(name), at=NOON)
    store.judge([judgement("b", "first", greeting=PASS)], at=NOON)
    for day, rules in enumerate(["first", "second", "third", "fourth", "first", "fifth"]):
        later = NOON + timedelta(days=day)
        store.judge([judgement("a", rules, greeting=PASS)], at=later)

    with store._database.reading() as connection:
        kept = connection.execute(
            select(JudgementRow.rules)
            .join(RecordingRow, RecordingRow.key == JudgementRow.recording)
            .where(RecordingRow.id == identity("a"))
        )
        assert sorted(kept.scalars()) == ["fifth", "first", "fourth"]
    assert rows(store, JudgementRow) == 4
    assert store.judgement("a") == judgement("a", "fifth", greeting=PASS)


def test_the_current_judgement_stays_though_its_clock_was_behind(store: Store) -> None:
    store.save(heard("a"), at=NOON)
    for day, rules in enumerate(["first", "second", "third", "fourth"]):
        store.judge([judgement("a", rules, greeting=PASS)], at=NOON - timedelta(days=day))

    assert store.judgement("a") == judgement("a", "fourth", greeting=PASS)
    assert rows(store, JudgementRow) == 3


def test_dialogues_need_not_be_kept(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    (batch,) = store.history(build, keep=False)

    assert [kept.dialogue.name for kept in batch] == ["a.wav"]
    assert rows(store, DialogueRow) == 0


def test_a_new_analysis_is_not_judged_yet(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    store.judge([judgement("a", greeting=PASS)], at=NOON)
    store.save(heard("a", "再见"), at=NOON)

    assert store.judgement("a") is None
    assert verdicts(store) == []
    assert [k.rules for batch in store.history(build) for k in batch] == [None]


def test_saving_an_equal_analysis_leaves_the_judgement(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    store.judge([judgement("a", greeting=PASS)], at=NOON)
    store.save(heard("a", "您好"), at=NOON)

    assert store.judgement("a") == judgement("a", greeting=PASS)


def test_judgements_of_calls_that_are_not_there_are_left_out(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)

    assert store.judge([judgement("b", greeting=PASS), judgement("a", greeting=PASS)], at=NOON) == 1
    assert store.judge([], at=NOON) == 0
    assert store.settle([], at=NOON) == 0


def test_a_judgement_of_an_earlier_analysis_is_left_out(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    store.save(heard("a", "再见"), at=NOON)

    assert store.settle([prepare(judgement("a", greeting=PASS), version=1)], at=NOON) == 0
    assert store.settle([prepare(judgement("a", greeting=PASS), version=2)], at=NOON) == 1


def test_history_tells_what_was_said_before(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    store.save(heard("b", "您好", started_at=NOON - timedelta(days=1)), at=NOON)
    store.judge([judgement("a", greeting=PASS, closing=FAIL)], at=NOON)

    (batch,) = store.history(build)
    (wanted,) = store.history(build, Which(until=NOON))

    assert [(k.dialogue.name, k.version, k.rules) for k in batch] == [
        ("a.wav", 1, "first"), ("b.wav", 1, None),
    ]  # fmt: skip
    assert batch[0].said == Said({"greeting": PASS, "closing": FAIL}, {})
    assert batch[1].said == Said({}, {})
    assert [k.dialogue.name for k in wanted] == ["b.wav"]


def test_findings_are_those_that_are_wanted(store: Store) -> None:
    for day in range(3):
        store.save(heard(f"d{day}", "您好", started_at=NOON + timedelta(days=day)), at=NOON)
        store.judge([judgement(f"d{day}", greeting=PASS if day else FAIL, hold=FAIL)], at=NOON)
    began = NOON + timedelta(days=1)

    assert [f.name for f in store.findings(rule="greeting", verdict=PASS)] == ["d2.wav", "d1.wav"]
    assert [f.rule for f in store.findings(until=began)] == ["greeting", "hold"]
    assert [(f.name, f.effect) for f in store.findings(rule="hold", since=began)] == [
        ("d2.wav", -5.0), ("d1.wav", -5.0),
    ]  # fmt: skip


def test_findings_of_more_than_a_page_are_all_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.store.repository._FINDINGS", 2)
    for name in "abc":
        store.save(heard(name, "您好"), at=NOON)
        store.judge([judgement(name, greeting=PASS, hold=FAIL)], at=NOON)

    assert len({(f.call, f.rule) for f in store.findings()}) == 6
    assert [f.started_at for f in store.findings(rule="hold")] == [NOON] * 3


def test_two_findings_of_one_rule_count_as_the_last(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    twice = judgement("a", greeting=PASS)
    twice = replace(twice, findings=(*twice.findings, *judgement("a", greeting=FAIL).findings))
    store.judge([twice], at=NOON)

    assert verdicts(store) == [("a.wav", "greeting", "fail")]


def test_intents_are_those_of_the_current_analysis(store: Store) -> None:
    analysis = heard("a", "您好")
    first, second = Intent("售后", 0.7, IntentSource.WORDS), Intent("物流", 0.2, IntentSource.WORDS)
    told = replace(analysis, meaning=Meaning(intents=(first, second, replace(first, score=0.9))))
    store.save(told, at=NOON)
    chosen = select(IntentRow.name, IntentRow.score, IntentRow.main).order_by(IntentRow.name)

    with store._database.reading() as connection:
        assert connection.execute(chosen).all() == [("售后", 0.9, True), ("物流", 0.2, False)]
    store.save(replace(told, meaning=Meaning(intents=(second,))), at=NOON)
    with store._database.reading() as connection:
        assert connection.execute(chosen).all() == [("物流", 0.2, True)]


def test_nothing_is_left_of_a_call_that_is_deleted(store: Store) -> None:
    analysis = replace(
        heard("a", "您好"), meaning=Meaning(intents=(Intent("x", 1, IntentSource.WORDS),))
    )
    store.save(analysis, at=NOON, dialogue=build(analysis))
    store.judge([judgement("a", greeting=PASS, scores=[Score("s", 1, None, 100.0)])], at=NOON)
    store.delete("a")

    tables = (RecordingRow, DialogueRow, JudgementRow, FindingRow, ScoreRow, IntentRow)
    assert [rows(store, table) for table in tables] == [0] * 6
    with pytest.raises(UnknownCall):
        store.judgement("a")


def test_a_judgement_that_utf8_cannot_hold_is_kept(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    odd = replace(judgement("a", greeting=PASS), problems={"ask": "call-\udcff.wav"})
    store.judge([odd], at=NOON)

    assert store.judgement("a") == odd
    assert [k.said for batch in store.history(build) for k in batch] == [
        Said({"greeting": PASS}, {"ask": "call-\udcff.wav"})
    ]


def test_history_holds_what_was_said_in_full(store: Store) -> None:
    odd = replace(judgement("b", greets=FAIL), problems={"ask": "call-\udcff.wav"})
    names = {"a": judgement("a", greets=PASS), "b": odd}
    store.save_all([heard(name) for name in ("a", "b", "c")], at=NOON)
    store.judge(names.values(), at=NOON)

    (batch,) = store.history(build, Which())

    assert [kept.judgement for kept in batch] == [None, names["b"], names["a"]]


def test_a_finding_that_changes_is_the_only_one_written(store: Store) -> None:
    store.save(heard("a"), at=NOON)
    store.judge([judgement("a", greets=PASS, thanks=PASS)], at=NOON)
    store.judge([judgement("a", "second", greets=PASS, thanks=FAIL, bye=PASS)], at=NOON)

    assert verdicts(store) == [
        ("a.wav", "bye", "pass"), ("a.wav", "greets", "pass"), ("a.wav", "thanks", "fail"),
    ]  # fmt: skip
