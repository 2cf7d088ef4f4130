import io
import json
from dataclasses import dataclass, replace

import pytest
from rich.console import Console

from huiting.app import board
from huiting.app.board import Board, Lines, Silent
from huiting.app.outcomes import Brief, Outcome, Status, Summary
from huiting.core.errors import InputError
from huiting.core.types import EmotionLabel, Role
from huiting.core.watch import Progress
from huiting.engines.provision import Doing, Step

BRIEF = Brief("zh", {Role.AGENT: 0.6}, 0.25, 2)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_LANG", "en")


@dataclass
class Time:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def terminal(width: int = 80) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, legacy_windows=False)


def shown(thing: object, width: int = 80) -> str:
    console = Console(width=width, legacy_windows=False)
    with console.capture() as captured:
        console.print(thing)
    return captured.get()


def done(name: str, seconds: float = 60.0) -> Outcome:
    return Outcome(name, Status.DONE, "ab", seconds, brief=BRIEF)


def failed(name: str) -> Outcome:
    return Outcome(name, Status.FAILED, error=InputError(name, "it is broken", "mend it"))


def test_the_board_shows_the_batch_and_each_file_in_work() -> None:
    time = Time()
    running = Board(4, time)
    for name in ("day/a.wav", "day/b.wav", "day/[red]c.wav"):
        running.started(name)
        running.staged(name, Progress("asr", 0.5))
    time.now = 10.0
    running.ended(done("day/a.wav"))
    running.ended(failed("day/b.wav"))

    text = shown(running)

    assert "2/4" in text
    assert "1 done  1 failed  0.02 h audio  6.0x real time  0:20 left" in text
    assert "[red]c.wav" in text
    assert "recognizing" in text
    assert "a.wav" not in text


def test_a_stage_without_a_word_of_ours_is_shown_by_its_name() -> None:
    running = Board(1, Time())
    running.staged("a.wav", Progress("emotion", 0.0))

    assert "emotion" in shown(running)


def test_what_an_earlier_run_did_promises_nothing() -> None:
    time = Time()
    running = Board(110, time)
    for i in range(100):
        running.started(f"{i}.wav")
        running.ended(Outcome(f"{i}.wav", Status.KEPT, "ab", 600.0))
    time.now = 50.0  # a hundred files were looked up
    running.started("new.wav")
    running.staged("new.wav", Progress("decode", 0.0))
    time.now = 60.0
    before = shown(running)
    running.ended(done("new.wav", 100.0))
    after = shown(running)

    assert "0 done  100 done before  0 failed  0.00 h audio\n" in before
    assert "1 done  100 done before  0 failed  0.03 h audio  10.0x real time  1:30 left" in after


def test_the_board_fits_a_narrow_terminal() -> None:
    running = Board(1, Time())
    name = "8001_20250312101523_15455550101_with_a_long_tail_in.wav"
    running.staged(name, Progress("speakers", 0.1))

    lines = shown(running).splitlines()

    assert len([line for line in lines if line.strip()]) == 3
    assert "telling voices apart" in lines[-1]
    assert "…" in lines[-1]


def test_the_live_board_leaves_nothing_behind() -> None:
    console = terminal()
    with board.board(1, Time(), console) as listener:
        listener.started("a.wav")
        listener.staged("a.wav", Progress("decode", 0.0))
        listener.ended(done("a.wav"))

    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().endswith("\x1b[2K")


def test_nothing_is_shown_where_nothing_is_asked() -> None:
    silent = Silent()

    silent.started("a")
    silent.staged("a", Progress("asr", 0.1))
    silent.ended(done("a"))


def test_a_script_gets_one_line_a_file() -> None:
    stream = io.StringIO()
    lines = Lines(stream)

    lines.started("a\n\udcff.wav")
    lines.staged("a\n\udcff.wav", Progress("asr", 0.1))
    lines.ended(done("a\n\udcff.wav"))
    lines.ended(failed("b.wav"))

    first, second = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert first == {"file": "a\n?.wav", "status": "done", "id": "ab", "seconds": 60.0}
    assert second == {
        "file": "b.wav",
        "status": "failed",
        "id": None,
        "seconds": 0.0,
        "code": "input",
        "reason": "it is broken",
        "remedy": "mend it",
    }


def test_the_table_has_a_line_a_call_and_says_how_many_more_there_are() -> None:
    name = "day/8001_20250312101523_15455550101_in_the_second_queue_of_today.wav"
    outcomes = (done(name), failed("b.wav"), *(done(f"{i}.wav") for i in range(3)))

    lines = shown(board.calls(Summary(outcomes, 1.0, interrupted=False), most=2)).splitlines()

    assert len([line for line in lines if ".wav" in line]) == 2
    assert "…" in lines[3]
    assert lines[3].split()[1:] == ["1:00", "zh", "60/–"]
    assert "and 2 more" in lines[-1]


def test_a_judged_call_shows_mood_intent_verdicts_and_score() -> None:
    brief = replace(
        BRIEF, mood=EmotionLabel.ANGRY, intent="售后/退货", failed=2, uncertain=1, score=86.5
    )
    clean = replace(BRIEF, failed=0, passed=3)
    outcomes = [Outcome("a.wav", Status.DONE, "ab", 60.0, brief=b) for b in (brief, clean, BRIEF)]

    lines = shown(board.calls(Summary(tuple(outcomes), 1.0, interrupted=False))).splitlines()

    assert lines[3].split()[4:] == ["angry", "退货", "2✗", "1?", "86.5"]
    assert lines[4].split()[4:] == ["✓", "–"]
    assert lines[5].split()[4:] == ["–", "–"]


def test_a_call_that_no_rule_concerns_is_not_ticked_off() -> None:
    briefs = (replace(BRIEF, failed=0), replace(BRIEF, failed=0, unanswered=2))
    outcomes = [Outcome("a.wav", Status.DONE, "ab", 60.0, brief=b) for b in briefs]

    lines = shown(board.calls(Summary(tuple(outcomes), 1.0, interrupted=False))).splitlines()

    assert lines[3].split()[4:] == ["–"]
    assert lines[4].split()[4:] == ["2!"]


def test_unknown_figures_are_dashes() -> None:
    outcome = Outcome("a.wav", Status.DONE, "ab", 1.0, brief=Brief(None, {}, None, 0))

    text = shown(board.calls(Summary((outcome,), 1.0, interrupted=False)))

    assert text.count("–") == 3


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        pytest.param(
            Summary((done("a", 90), failed("b")), 30.0, interrupted=False),
            "1 done, 0 already done, 0 the same as another, 1 failed; "
            "1:30 of audio in 0:30 (3.0x real time)",
            id="with work",
        ),
        pytest.param(
            Summary((Outcome("a", Status.KEPT, "ab", 90.0),), 3.0, interrupted=False),
            "0 done, 1 already done, 0 the same as another, 0 failed",
            id="without work there is no speed",
        ),
        pytest.param(
            Summary((), 3.0, interrupted=True),
            "0 done, 0 already done, 0 the same as another, 0 failed; "
            "interrupted, the rest waits for the next run",
            id="interrupted",
        ),
    ],
)
def test_the_last_line_sums_up(summary: Summary, text: str) -> None:
    assert board.totals(summary) == text


def test_each_failure_is_one_line_with_its_whole_name() -> None:
    name = "/day/" + "x" * 100 + "\n.wav"

    text = board.failures(Summary((done("a"), failed(name)), 1.0, interrupted=False)).plain

    assert text.splitlines()[1:] == ["/day/" + "x" * 100 + "�.wav: it is broken; mend it"]


def test_installing_shows_a_bar_for_each_thing_done() -> None:
    console = terminal()
    with board.steps(console, quiet=False) as listen:
        for size in (0, 50, 100):
            listen(Step(Doing.FETCH, "a.whl", size, 100))
        listen(Step(Doing.UNPACK, "model.bin", 1, 0))

    assert isinstance(console.file, io.StringIO)
    assert "a.whl" in console.file.getvalue()


def test_reasons_of_failure_are_chinese_for_who_reads_chinese(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUITING_LANG", "zh")
    empty = InputError("a.wav", "the file is empty", "copy it again from the recorder")
    summary = Summary((Outcome("a.wav", Status.FAILED, error=empty),), 1.0, interrupted=False)

    assert str(board.failures(summary)) == ("失败的录音：\na.wav: 文件是空的；请从录音设备重新拷贝")


DOWN = "qwen3: no answer (ConnectError); look at the server"


@pytest.mark.parametrize(
    ("tongue", "lines"),
    [
        (
            "en",
            [
                "Not everything could be told; the next run tries again:",
                f"2 calls: {DOWN}",
                "1 call: m: something new; wait",
            ],
        ),
        (
            "zh",
            [
                "部分内容未能完成，下次运行会再试：",
                "2 通: qwen3：没有应答（ConnectError）；请检查语言模型服务",
                "1 通: m: something new; wait",
            ],
        ),
    ],
)
def test_a_reason_is_told_once_with_its_calls_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tongue: str, lines: list[str]
) -> None:
    monkeypatch.setenv("HUITING_LANG", tongue)
    other = replace(done("b.wav"), troubles=("m: something new; wait", DOWN))
    summary = Summary((replace(done("a.wav"), troubles=(DOWN,)), other), 1.0, interrupted=False)

    assert str(board.troubles(summary)).splitlines() == lines


def test_a_script_is_told_what_went_wrong() -> None:
    assert board.as_json(replace(done("a.wav"), troubles=(DOWN,)))["troubles"] == [DOWN]


def test_tickets_and_recordings_without_speech_are_told() -> None:
    mute = Outcome("a.wav", Status.DONE, "ab", 1.0, brief=replace(BRIEF, mute=True))
    ticket = Outcome("b.wav", Status.DONE, "cd", 1.0, brief=replace(BRIEF, ticket=True))
    summary = Summary((mute, ticket, failed("c.wav")), 1.0, interrupted=False)

    assert board.remarks(summary, "out/tickets") == [
        "Priority tickets: 1, in out/tickets",
        "Nobody is heard to speak: 1 recordings",
    ]
    assert "nobody speaks" in shown(board.calls(summary))
    assert board.remarks(Summary((failed("c.wav"),), 1.0, interrupted=False), "out") == []
