"""A program in a process of its own: this interpreter stands in for the other environment."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from huiting.core.errors import EngineError, ModelUnavailable
from huiting.engines._memory import OutOfMemory
from huiting.engines.apart import Apart, Program
from huiting.engines.device import OutOfRoom
from huiting.engines.life import living

ECHO = Path(__file__).with_name("echo_program.py")
CLIPS = [np.full(3, 0.5, np.float32), np.zeros(0, np.float32), np.full(100_000, 0.25, np.float32)]
PYTHON = Path(sys.executable)
PARENT = """
import json, sys, threading
from pathlib import Path
from huiting.engines.apart import Apart, Program
apart = Apart(Program("echo", Path(sys.executable), Path(sys.argv[1]), {}, "echo", ""))
print(apart.start()["child"], flush=True)
apart.ask(json.loads(sys.argv[2]), [], 60)
threading.Event().wait()
"""


def program(*, python: Path = PYTHON, loading: float = 60.0, **options: object) -> Program:
    return Program(
        name="echo",
        python=python,
        path=ECHO,
        options=options,
        subject="/models/echo",
        install="pip install echo",
        loading=loading,
    )


@pytest.fixture
def apart() -> Iterator[Apart]:
    made = Apart(program(size=3))
    yield made
    made.close()


def gone(number: int) -> bool:
    """Tell whether a process is over, a moment later if need be."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{number}/stat")
        if state.exists() and state.read_text("utf-8").rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_questions_and_samples_go_over_and_answers_come_back(apart: Apart) -> None:
    found = apart.ask({"text": "您好 😀"}, CLIPS, 60)

    assert found["asked"] == {"text": "您好 😀"}
    assert found["sums"] == [1.5, 0.0, 25_000.0]
    assert found["kinds"] == ["float32"] * 3


def test_it_tells_what_it_loaded_and_is_loaded_once(apart: Apart) -> None:
    assert apart.number is None

    facts = apart.start()
    apart.ask({}, [], 60)

    assert facts["options"] == {"size": 3}
    assert apart.start()["child"] == facts["child"] == apart.number


def test_nothing_is_downloaded_there_and_our_secrets_stay_here(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUITING_SECRET", "hidden")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    found = apart.ask({}, [], 60)["variables"]

    assert found["HF_HUB_OFFLINE"] == found["TRANSFORMERS_OFFLINE"] == "1"
    assert not [name for name in found if name.startswith("HUITING")]


def test_what_a_library_prints_is_no_answer(apart: Apart) -> None:
    assert apart.ask({"say": "{}" * 1000}, [], 60)["sums"] == []
    assert apart.ask({"again": 1}, [], 60)["asked"] == {"again": 1}


def test_threads_wait_for_each_other(apart: Apart) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda i: apart.ask({"i": i}, CLIPS, 60)["asked"]["i"], range(12)))

    assert found == list(range(12))


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        pytest.param(
            {"package": "no_such_package"},
            ModelUnavailable,
            "a package is missing there.*no_such_package.*pip install echo",
            id="missing package",
        ),
        pytest.param(
            {"weights": "/no/such/weights"},
            ModelUnavailable,
            "/models/echo: FileNotFoundError.*/no/such/weights",
            id="missing weights",
        ),
        pytest.param({"full": True}, OutOfRoom, "does not fit.*20.00 MiB", id="no room"),
        pytest.param(
            {"broken": True},
            ModelUnavailable,
            "ValueError: no such architecture;",
            id="other weights",
        ),
        pytest.param(
            {"exit": 3}, ModelUnavailable, "status 3 while it loaded: no luck", id="it ends"
        ),
        pytest.param(
            {"exit": 1, "words": "terminate: std::bad_alloc"},
            OutOfRoom,
            "status 1.*bad_alloc",
            id="it ends for lack of memory",
        ),
    ],
)
def test_what_does_not_load_says_why(
    options: dict[str, Any], kind: type[ModelUnavailable], words: str
) -> None:
    made = Apart(program(**options))
    with pytest.raises(ModelUnavailable, match=words) as caught:
        made.start()

    assert type(caught.value) is kind
    assert made.number is None


def test_what_is_written_while_it_loads_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(ModelUnavailable):
        Apart(program(exit=2, words="no such kernel")).start()

    assert "no such kernel" in [vars(record).get("line") for record in caplog.records]


def test_one_that_talks_nonsense_is_ended(apart: Apart) -> None:
    with pytest.raises(EngineError, match="ended by SIGKILL at work"):
        apart.ask({"nonsense": 4}, [], 60)  # what its standard output became


def test_an_interpreter_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelUnavailable, match=r"/no/such/python: it cannot be run \(No such file"):
        Apart(program(python=Path("/no/such/python"))).start()


def test_what_is_no_interpreter_is_told_apart() -> None:
    with pytest.raises(ModelUnavailable, match="status 1 while it loaded"):
        Apart(program(python=Path("/bin/false"))).start()


def test_what_takes_too_long_to_load_is_ended() -> None:
    with pytest.raises(ModelUnavailable, match="did not load within 0 s; set loading_timeout"):
        Apart(program(sleep=60, loading=0.3)).start()


@pytest.mark.parametrize(
    ("question", "kind", "words"),
    [
        pytest.param({"fail": "memory"}, OutOfMemory, "MemoryError", id="memory"),
        pytest.param(
            {"fail": "runtime", "words": "CUDA out of memory"},
            OutOfMemory,
            "CUDA out of memory",
            id="memory of a device",
        ),
        pytest.param(
            {"fail": "runtime", "words": "device-side assert\nmore"},
            EngineError,
            r"RuntimeError at echo_program.py:\d+: device-side assert;",
            id="the library",
        ),
    ],
)
def test_a_question_that_fails_is_an_error_and_the_process_goes_on(
    apart: Apart, question: dict[str, Any], kind: type[EngineError], words: str
) -> None:
    before = apart.start()["child"]
    with pytest.raises(EngineError, match=words) as caught:
        apart.ask(question, CLIPS, 60)

    assert type(caught.value) is kind
    assert apart.ask({"fine": 1}, [], 60)["asked"] == {"fine": 1}
    assert apart.number == before


def test_words_of_a_call_are_in_no_error_and_in_no_log(
    apart: Apart, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(EngineError, match=r"KeyError at echo_program.py:\d+;") as caught:
        apart.ask({"fail": "key", "words": "我的密码"}, [], 60)
    apart.ask({"complain": "我的密码", "say": "我的密码"}, [], 60)
    apart.close()

    told = [f"{r.getMessage()} {vars(r)}" for r in caplog.records]
    assert "密码" not in str(caught.value) + "".join(told)
    assert any("wrote to its error stream" in line for line in told)


def test_a_process_that_dies_is_an_error_and_the_next_question_begins_another(
    apart: Apart,
) -> None:
    before = apart.start()["child"]
    with pytest.raises(EngineError, match="ended by SIGSEGV at work; try again") as caught:
        apart.ask({"die": True}, CLIPS, 60)
    found = apart.ask({"fine": 1}, [], 60)

    assert not isinstance(caught.value, OutOfMemory)
    assert found["asked"] == {"fine": 1}
    assert apart.number not in {before, None}


def test_one_that_was_killed_while_nobody_asked_is_begun_anew(apart: Apart) -> None:
    before = apart.start()["child"]
    os.kill(before, signal.SIGKILL)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)

    assert apart.ask({"fine": 1}, [], 60)["asked"] == {"fine": 1}


def test_one_whose_streams_another_process_holds_open_is_found_dead(apart: Apart) -> None:
    begun = time.monotonic()
    with pytest.raises(EngineError, match="ended by SIGSEGV at work"):
        apart.ask({"fork": True, "die": True}, [], 60)

    assert time.monotonic() - begun < 30


def test_one_that_dies_complaining_of_memory_ran_out_of_it(apart: Apart) -> None:
    with pytest.raises(OutOfMemory, match="as memory ran out"):
        apart.ask({"complain": "terminate: std::bad_alloc", "die": True}, CLIPS, 60)


def test_one_that_hangs_is_ended(apart: Apart) -> None:
    before = apart.start()["child"]
    with pytest.raises(EngineError, match=r"no answer within 0 s.*set timeout higher"):
        apart.ask({"hang": True}, CLIPS, 0.2)

    assert gone(before)
    assert apart.ask({"fine": 1}, [], 60)["asked"] == {"fine": 1}


def test_who_runs_it_hears_that_it_is_waited_for(apart: Apart) -> None:
    beats: list[float] = []
    apart.start()
    with living(lambda: beats.append(1.0)), pytest.raises(EngineError):
        apart.ask({"hang": True}, [], 1.2)
    told = len(beats)
    apart.ask({}, [], 20.0)

    assert told == len(beats) >= 1


def test_a_question_that_is_broken_off_leaves_no_answer_for_the_next(apart: Apart) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    apart.start()
    with living(stop), pytest.raises(KeyboardInterrupt):
        apart.ask({"hang": True}, [], 20.0)

    assert apart.ask({"number": 2}, [], 20.0)["asked"] == {"number": 2}


def test_one_that_keeps_dying_is_left_alone_for_a_minute() -> None:
    now = 0.0
    apart = Apart(program(), clock=lambda: now)
    for _ in range(3):
        with pytest.raises(EngineError, match="SIGSEGV"):
            apart.ask({"die": True}, [], 60)
    now = 59.0
    with pytest.raises(EngineError, match="died 3 times in a row"):
        apart.ask({}, [], 60)
    now = 61.0

    assert apart.ask({"fine": 1}, [], 60)["asked"] == {"fine": 1}
    apart.close()


def test_one_that_keeps_failing_is_begun_anew_but_not_over_memory(apart: Apart) -> None:
    before = apart.start()["child"]
    for kind in ("memory", "runtime", "memory", "memory", "runtime"):
        with pytest.raises(EngineError):
            apart.ask({"fail": kind}, [], 60)
    assert apart.number == before
    with pytest.raises(EngineError):
        apart.ask({"fail": "runtime"}, [], 60)

    assert apart.ask({"fine": 1}, [], 60)["asked"] == {"fine": 1}
    assert apart.number != before


def test_what_hinders_a_new_start_is_an_error_of_the_question() -> None:
    with pytest.raises(EngineError, match="missing there"):
        Apart(program(package="no_such_package")).ask({}, [], 60)
    with pytest.raises(OutOfMemory, match="does not fit"):
        Apart(program(full=True)).ask({}, [], 60)


def test_who_lets_go_of_it_ends_it() -> None:
    apart = Apart(program())
    number = apart.start()["child"]
    del apart

    assert gone(number)


def test_closing_ends_it_and_closing_twice_is_fine(apart: Apart) -> None:
    number = apart.start()["child"]
    apart.close()
    apart.close()

    assert gone(number)


@pytest.mark.parametrize("question", [{}, {"hang": True}], ids=["idle", "at work"])
def test_it_dies_with_its_parent_even_if_that_is_killed(question: dict[str, Any]) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            PARENT,
            str(ECHO),
            json.dumps(question),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert gone(child)
