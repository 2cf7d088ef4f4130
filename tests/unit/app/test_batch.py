import csv
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiting.app.batch import Batch
from huiting.app.board import Silent
from huiting.app.judging import Judge, flat
from huiting.app.outcomes import Outcome, Status, Summary
from huiting.core.analysis import Analysis
from huiting.core.codec import from_json
from huiting.core.errors import ConfigError, InputError, StoreError
from huiting.core.judgement import Judgement
from huiting.core.meaning import Intent, IntentSource, Meaning
from huiting.core.plugins import make
from huiting.core.ports import Hints
from huiting.core.ticket import Because, Ticket
from huiting.core.types import Call
from huiting.core.watch import Progress
from huiting.engines.llm import build
from huiting.pipeline import Kit, Source
from huiting.quality.asking.summary import summary_stage
from huiting.store.repository import Store
from llm_server import serving
from tones import Ear, kit, speak, write_wav

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'x.db'}") as opened:
        yield opened


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A folder with three calls, all different."""
    folder = tmp_path / "day"
    folder.mkdir()
    for i in range(3):
        agent = speak(5, (0.5, 2.0 + i / 10, 400))
        write_wav(folder / f"{i}.wav", agent, speak(5, (3.0, 4.0, 500)))
    return folder


def files(day: Path) -> list[Path]:
    return sorted(day.iterdir())


def batch(store: Store, out: Path, parts: Kit | None = None, **options: object) -> Batch:
    values: dict[str, object] = {
        "store": store,
        "kit": parts or kit(),
        "hints": Hints(),
        "describe": lambda path: Source(path, str(path), metadata={"line": "7"}),
        "out": out,
        "exporters": {kind: make("huiting.exports", kind) for kind in ("json", "srt")},
        "listener": Silent(),
        "flat": flat,
        "now": lambda: NOW,
        "clock": lambda: 0.0,
    }
    return Batch(**(values | options))  # type: ignore[arg-type]


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def statuses(summary: Summary) -> list[str]:
    return [outcome.status.value for outcome in summary.outcomes]


def test_every_call_is_saved_and_written(store: Store, day: Path, tmp_path: Path) -> None:
    summary = batch(store, tmp_path / "out").run(files(day))

    written = sorted((tmp_path / "out" / "calls").glob("*.json"))
    assert statuses(summary) == ["done"] * 3
    assert [store.analysis(o.recording or "") for o in summary.outcomes] == [
        from_json(path.read_bytes()) for path in written
    ]
    assert [row["status"] for row in rows(tmp_path / "out")] == ["done"] * 3
    assert rows(tmp_path / "out")[0]["meta_line"] == "7"
    assert summary.audio == pytest.approx(15.0)


def test_a_second_run_does_only_what_is_new(store: Store, day: Path, tmp_path: Path) -> None:
    batch(store, tmp_path / "out").run(files(day)[:2])
    ear = Ear()

    summary = batch(store, tmp_path / "out", kit(ear)).run(files(day))

    assert statuses(summary) == ["kept", "kept", "done"]
    assert len(ear.batches) == 1
    assert len(rows(tmp_path / "out")) == 3


def test_what_is_done_is_written_to_another_folder_too(
    store: Store, day: Path, tmp_path: Path
) -> None:
    batch(store, tmp_path / "out").run(files(day))
    batch(store, tmp_path / "elsewhere").run(files(day))

    assert len(list((tmp_path / "elsewhere" / "calls").glob("*.srt"))) == 3


def test_again_does_everything_anew(store: Store, day: Path, tmp_path: Path) -> None:
    batch(store, tmp_path / "out").run(files(day))
    ear = Ear()

    assert statuses(batch(store, tmp_path / "out", kit(ear), again=True).run(files(day))) == (
        ["done"] * 3
    )
    assert len(ear.batches) == 3


def test_another_setting_is_another_result(store: Store, day: Path, tmp_path: Path) -> None:
    batch(store, tmp_path / "out").run(files(day))

    summary = batch(store, tmp_path / "out", hints=Hints(language="ja")).run(files(day))

    assert statuses(summary) == ["done"] * 3
    assert {call.language for call in store.calls()} == {"ja"}


def test_one_bad_file_never_stops_the_others(store: Store, day: Path, tmp_path: Path) -> None:
    (day / "1.wav").write_bytes(b"")

    summary = batch(store, tmp_path / "out").run(files(day))

    assert statuses(summary) == ["done", "failed", "done"]
    failed = rows(tmp_path / "out")[1]
    assert (failed["status"], failed["file"]) == ("failed", str(day / "1.wav"))
    assert failed["reason"]
    assert failed["remedy"]
    assert [failure.path for failure in store.failures()] == [str(day / "1.wav")]


def test_a_failed_call_is_tried_again_and_then_no_failure(
    store: Store, day: Path, tmp_path: Path
) -> None:
    first = batch(store, tmp_path / "out", kit(Ear(fail_at=500))).run(files(day))
    second = batch(store, tmp_path / "out").run(files(day))

    assert statuses(first) == ["failed"] * 3
    assert statuses(second) == ["done"] * 3
    assert store.failures() == []


def test_a_fault_of_our_own_fails_one_call_only(store: Store, day: Path, tmp_path: Path) -> None:
    def describe(path: Path) -> Source:
        if path.name == "1.wav":
            raise ZeroDivisionError
        return Source(path, str(path))

    summary = batch(store, tmp_path / "out", describe=describe).run(files(day))

    assert statuses(summary) == ["done", "failed", "done"]
    assert summary.outcomes[1].error is not None
    assert summary.outcomes[1].error.code == "internal"


def test_the_same_call_under_two_names_is_one_call(store: Store, day: Path, tmp_path: Path) -> None:
    (day / "copy.wav").write_bytes((day / "0.wav").read_bytes())

    summary = batch(store, tmp_path / "out").run(files(day))

    assert sorted(statuses(summary)) == ["done", "done", "done", "same"]
    assert len(rows(tmp_path / "out")) == 3
    assert len(list(store.calls())) == 3
    assert store.find("copy").id == store.find("0").id


def test_a_copy_is_tried_when_its_first_name_fails(store: Store, day: Path, tmp_path: Path) -> None:
    for name in ("copy.wav", "other.wav"):
        (day / name).write_bytes((day / "0.wav").read_bytes())

    def describe(path: Path) -> Source:
        if path.name in {"0.wav", "copy.wav"}:
            raise InputError(str(path), "its sidecar is broken", "mend it")
        return Source(path, str(path))

    summary = batch(store, tmp_path / "out", describe=describe, parallel=1).run(files(day))

    ended = {Path(o.name).name: o.status.value for o in summary.outcomes}
    assert (ended["0.wav"], ended["copy.wav"], ended["other.wav"]) == ("failed", "failed", "done")
    assert len(rows(tmp_path / "out")) == 5


def test_a_file_that_vanished_is_a_failure_with_a_reason(
    store: Store, day: Path, tmp_path: Path
) -> None:
    summary = batch(store, tmp_path / "out").run([day / "gone.wav", *files(day)])

    assert statuses(summary) == ["failed", "done", "done", "done"]


def test_what_could_not_be_listed_is_told_too(store: Store, day: Path, tmp_path: Path) -> None:
    problem = InputError("locked/", "may not be read", "give rights")

    summary = batch(store, tmp_path / "out").run(files(day), [problem])

    assert statuses(summary)[-1] == "failed"
    assert rows(tmp_path / "out")[-1]["reason"] == "may not be read"


def test_an_interrupt_leaves_what_is_done_and_the_rest_for_later(
    store: Store, day: Path, tmp_path: Path
) -> None:
    class Hand(Silent):
        """A listener whose user presses Ctrl-C after the first call."""

        def ended(self, outcome: Outcome) -> None:
            del outcome
            running._stop.set()

    running = batch(store, tmp_path / "out", listener=Hand(), parallel=1)
    summary = running.run(files(day))
    later = batch(store, tmp_path / "out").run(files(day))

    assert summary.interrupted
    assert statuses(summary) == ["done"]
    assert statuses(later) == ["kept", "done", "done"]


def test_a_call_in_flight_is_left_at_the_next_stage(
    store: Store, day: Path, tmp_path: Path
) -> None:
    class Hand(Silent):
        def staged(self, name: str, progress: Progress) -> None:
            del name
            if progress.stage == "vad":
                running._stop.set()

    running = batch(store, tmp_path / "out", listener=Hand(), parallel=1)

    assert statuses(running.run(files(day))) == []
    assert list(store.calls()) == []


def test_results_that_cannot_be_saved_end_the_batch(
    store: Store, day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> int:
        raise StoreError("x.db", "disk full", "free space")

    monkeypatch.setattr(Store, "save", full)
    with pytest.raises(StoreError, match="disk full"):
        batch(store, tmp_path / "out").run(files(day))


def test_a_results_folder_that_cannot_be_made_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match="cannot be made"):
        batch(store, tmp_path / "file" / "out").run([])


def test_an_empty_batch_has_empty_tables(store: Store, tmp_path: Path) -> None:
    summary = batch(store, tmp_path / "out").run([])

    assert summary.outcomes == ()
    assert rows(tmp_path / "out") == []


def test_calls_in_flight_are_bounded(store: Store, day: Path, tmp_path: Path) -> None:
    lock = threading.Lock()
    inside, most = 0, 0

    class Count(Silent):
        def started(self, name: str) -> None:
            nonlocal inside, most
            del name
            with lock:
                inside += 1
                most = max(most, inside)

        def ended(self, outcome: Outcome) -> None:
            nonlocal inside
            del outcome
            with lock:
                inside -= 1

    batch(store, tmp_path / "out", listener=Count(), parallel=2).run(files(day))

    assert 1 <= most <= 2


def test_the_json_of_a_call_is_what_the_store_has(store: Store, day: Path, tmp_path: Path) -> None:
    batch(store, tmp_path / "out").run(files(day)[:1])

    [path] = (tmp_path / "out" / "calls").glob("*.json")
    body = json.loads(path.read_text("utf-8"))
    assert body["call"]["segments"][0]["text"] == "您好工号八零零一为您服务"


def test_status_words_are_stable() -> None:
    assert [s.value for s in Status] == ["done", "kept", "same", "failed"]


RULES = """
format: huiting-rules/1
name: test
rules:
  - id: greeting
    name: 问候
    advice: 先问好
    score: -5
    require: {said: 您好, by: agent}
  - id: no-returns
    name: 没有退货
    forbid: {said: 退货, by: customer}
"""
CARD = """
format: huiting-scorecard/1
id: card
name: 评分
sections:
  - id: service
    name: 服务
    items:
      - {id: hello, name: 问候, points: 60, rules: [greeting]}
      - {id: goods, name: 退货, points: 40, rules: [no-returns]}
"""


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    rules, card = tmp_path / "rules.yaml", tmp_path / "card.yaml"
    rules.write_text(RULES, "utf-8")
    card.write_text(CARD, "utf-8")
    return Judge.read([rules], [card])


def test_calls_are_judged_and_the_tables_say_so(
    store: Store, day: Path, tmp_path: Path, judge: Judge
) -> None:
    summary = batch(store, tmp_path / "out", judge=judge.judge).run(files(day))

    for row in rows(tmp_path / "out"):
        assert (row["rule_greeting"], row["rule_no-returns"]) == ("pass", "fail")
        assert (row["rules_failed"], row["score_card"]) == ("no-returns", "60.0")
    assert [o.brief.failed for o in summary.outcomes if o.brief] == [1, 1, 1]
    found = [(f.rule, f.verdict.value) for f in store.findings(rule="no-returns")]
    assert found == [("no-returns", "fail")] * 3
    with (tmp_path / "out" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        said = [r["quote"] for r in csv.DictReader(file) if r["rule"] == "no-returns"]
    assert said == ["退货"] * 3


def test_each_call_has_its_verdicts_and_scores_as_a_file(
    store: Store, day: Path, tmp_path: Path, judge: Judge
) -> None:
    batch(store, tmp_path / "out", judge=judge.judge).run(files(day))

    written = sorted((tmp_path / "out" / "calls").glob("*.judgement.json"))
    body = json.loads(written[0].read_text("utf-8"))
    assert len(written) == 3
    assert [finding["verdict"] for finding in body["findings"]] == ["pass", "fail"]
    assert [item["name"] for item in body["scores"][0]["items"]] == ["问候", "退货"]


def test_a_call_done_before_is_judged_by_new_rules_without_being_heard(
    store: Store, day: Path, tmp_path: Path, judge: Judge
) -> None:
    ear = Ear()
    batch(store, tmp_path / "out", kit(ear)).run(files(day))
    heard = len(ear.batches)

    batch(store, tmp_path / "out", kit(ear), judge=judge.judge).run(files(day))

    assert len(ear.batches) == heard
    assert {row["rule_greeting"] for row in rows(tmp_path / "out")} == {"pass"}


def test_a_call_that_loses_its_verdicts_is_named(
    store: Store, day: Path, tmp_path: Path, judge: Judge
) -> None:
    batch(store, tmp_path / "out", judge=judge.judge).run(files(day))
    changed = kit(made_by=replace(kit().made_by, meaning="lists of today"))

    summary = batch(store, tmp_path / "out", changed).run(files(day))
    again = batch(store, tmp_path / "out", changed).run(files(day))

    assert [o.unjudged for o in summary.outcomes] == [True] * 3
    assert [o.unjudged for o in again.outcomes] == [False] * 3


def test_a_new_list_is_told_from_what_was_heard(store: Store, day: Path, tmp_path: Path) -> None:
    def about(call: Call, known: Meaning, /) -> Meaning:
        return replace(known, intents=(Intent("退货", 0.9, IntentSource.WORDS),))

    ear = Ear()
    batch(store, tmp_path / "out", kit(ear)).run(files(day))
    heard = len(ear.batches)
    made_by = replace(kit().made_by, meaning="lists of today")
    changed = kit(ear, meaning=(about,), made_by=made_by)

    summary = batch(store, tmp_path / "out", changed).run(files(day))

    assert len(ear.batches) == heard
    assert summary.count(Status.KEPT) == 3
    assert {row["intent"] for row in rows(tmp_path / "out")} == {"退货"}
    assert batch(store, tmp_path / "out", changed).run(files(day)).count(Status.KEPT) == 3
    assert len(store.versions(str(files(day)[0]))) == 2


JUNK = "Certainly! Here is what I think."
GOOD = {"summary": "退货。", "resolution": "", "next_steps": [], "quotes": ["我想退货"]}


def test_a_model_that_fails_is_told_once_and_asked_again_by_the_next_run(
    store: Store, day: Path, tmp_path: Path
) -> None:
    answers = [JUNK]
    made_by = replace(kit().made_by, meaning="with summaries")
    with serving(lambda _: answers[0]) as server:
        model = build(url=server.url, model="qwen", cache=tmp_path / "kept")
        parts = kit(meaning=(summary_stage(model, None),), made_by=made_by)

        first = batch(store, tmp_path / "out", parts).run(files(day)[:1])
        answers[0] = json.dumps(GOOD, ensure_ascii=False)
        second = batch(store, tmp_path / "out", parts).run(files(day)[:1])
        third = batch(store, tmp_path / "out", parts).run(files(day)[:1])
        model.close()

    assert first.troubles == {"qwen: the answer is no JSON object; try another model": 1}
    assert (second.troubles, third.troubles) == ({}, {})
    assert statuses(second) == ["kept"]
    assert [row["summary"] for row in rows(tmp_path / "out")] == ["退货。"]
    assert len(server.asked) == 2


def test_a_call_that_is_due_a_ticket_gets_one_and_loses_it_with_its_reason(
    store: Store, day: Path, tmp_path: Path
) -> None:
    def filed(analysis: Analysis, _judgement: Judgement | None) -> Ticket | None:
        if not analysis.call.recording.path.endswith("1.wav"):
            return None
        return Ticket(
            analysis.call.recording.id, "1.wav", "en", (Because.ANGRY,), ("route:en",), (), "zh",
            trouble="qwen: HTTP 500; look at the server's log",
        )  # fmt: skip

    summary = batch(store, tmp_path / "out", ticket=filed).run(files(day))

    folder = tmp_path / "out" / "tickets"
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".md"]
    assert [row["ticket"] for row in rows(tmp_path / "out")] == ["", "angry", ""]
    assert [outcome.brief.ticket for outcome in summary.outcomes if outcome.brief] == [
        False, True, False,
    ]  # fmt: skip
    assert list(summary.troubles) == ["qwen: HTTP 500; look at the server's log"]

    batch(store, tmp_path / "out").run(files(day))
    assert list(folder.iterdir()) == []


def test_a_judged_call_tells_how_its_parties_felt(
    store: Store, day: Path, tmp_path: Path, judge: Judge
) -> None:
    batch(store, tmp_path / "out", judge=judge.judge).run(files(day)[:1])

    [path] = (tmp_path / "out" / "calls").glob("*.judgement.json")
    curves = json.loads(path.read_text("utf-8"))["emotion"]["curves"]
    assert {curve["role"] for curve in curves} <= {"agent", "customer", "unknown"}
    assert all(curve["lines"] for curve in curves)
