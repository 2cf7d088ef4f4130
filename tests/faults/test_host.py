"""The model host with a real child: what goes wrong in native code, and who pays for it.

The child here loads nothing, so that it is there in a tenth of a second.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from host_work import FACTORY, PATH
from huiting.core.errors import ConfigError, HuitingError, InputError
from huiting.core.watch import Progress
from huiting.jobs.host.faults import Crashed, HostError, Hung, OutOfMemory, TaskFault
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.jobs.host.ticket import Task

LIMITS = Limits(
    parallel=3,
    watchdog=60.0,
    loading=60.0,
    grace=0.2,
    idle=0.0,
    beat=0.05,
    pause=0.01,
    longest_pause=0.1,
)
QUICK = replace(LIMITS, watchdog=3.0)
"""For work that hangs; a busy machine may stand still for a second, too."""


@pytest.fixture(scope="module")
def shared() -> Iterator[ModelHost]:
    """One host for tests that each leave it as it was."""
    with made() as host:
        yield host


def made(payload: bytes = b"", limits: Limits = LIMITS) -> ModelHost:
    return ModelHost(FACTORY, payload, PATH, limits)


def silent(_progress: Progress) -> None:
    pass


def run(host: ModelHost, name: str, payload: bytes = b"") -> bytes:
    return host.run(Task(name, payload, "8001.wav"), silent)


def error_of(host: ModelHost, name: str, payload: bytes = b"") -> HuitingError:
    with pytest.raises(HuitingError) as caught:
        run(host, name, payload)
    return caught.value


def together(host: ModelHost, *tasks: tuple[str, bytes]) -> list[Future[bytes]]:
    """Run tasks at a time; return when all are over."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        return [pool.submit(run, host, *task) for task in tasks]


def numbers(*wanted: int) -> tuple[str, bytes]:
    return "numbers", json.dumps(wanted).encode()


def until(true: Callable[[], object]) -> None:
    """Wait for something another process does; give up after a while."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


@contextmanager
def opened(gate: Path) -> Iterator[None]:
    """See that nobody is left at a gate when a test fails."""
    try:
        yield
    finally:
        gate.touch()


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "XZ"


def test_a_task_gives_its_result_and_tells_how_far_it_is(shared: ModelHost) -> None:
    told: list[Progress] = []

    result = shared.run(Task("slow", b"60", "8001.wav"), told.append)

    assert result == b"60"
    assert {p.stage for p in told} <= {"queued", "slow"}
    assert [p.done for p in told] == sorted(p.done for p in told)
    assert told[-1].done > 0.3


def test_tasks_run_at_the_same_time_in_one_process(shared: ModelHost, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with ThreadPoolExecutor(3) as pool, opened(gate):
        futures = [pool.submit(run, shared, "gate", os.fsencode(gate)) for _ in range(3)]
        until(lambda: shared.status().running == 3)
        gate.touch()
        assert [future.result() for future in futures] == [b"open"] * 3

    pids = {future.result() for future in together(shared, ("whoami", b""), ("whoami", b""))}

    assert pids == {b"%d" % (shared.status().process or 0)}


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        pytest.param("refuse", InputError, "this.wav: it is a picture", id="ours"),
        pytest.param("break", TaskFault, "8001.wav: KeyError; report", id="a fault of ours"),
        pytest.param("starve", OutOfMemory, "8001.wav: MemoryError", id="memory"),
    ],
)
def test_an_error_of_a_task_comes_back_in_its_words(
    shared: ModelHost, name: str, kind: type[HuitingError], words: str
) -> None:
    lost = shared.status().losses

    assert type(error := error_of(shared, name)) is kind
    assert words in str(error)
    assert shared.status().losses == lost


@pytest.mark.parametrize(
    ("name", "payload", "kind", "words"),
    [
        pytest.param("crash", b"", Crashed, "in stage asr, 3 times: it was ended by SIGSEGV (a", id="segfault"),
        pytest.param("leave", b"3", Crashed, "lost, 3 times: it exited with status 3", id="exit"),
        pytest.param("hang", b"", Hung, "in stage vad, 3 times: nothing moved for 3 s", id="hang"),
        pytest.param("hold", b"", Hung, "in stage vad, 3 times: nothing moved", id="hang with Python"),
    ],
)  # fmt: skip
def test_the_guilty_is_tried_three_times_and_the_innocent_go_on(
    name: str, payload: bytes, kind: type[HuitingError], words: str
) -> None:
    with made(limits=QUICK if kind is Hung else LIMITS) as host:
        good, bad, other = together(host, ("slow", b"30"), (name, payload), ("slow", b"31"))

        assert (good.result(), other.result()) == (b"30", b"31")
        assert type(error := bad.exception()) is kind
        assert words in str(error)
        assert run(host, "echo", b"x") == b"x"


def test_a_crash_that_does_not_come_again_is_no_failure(tmp_path: Path) -> None:
    with made() as host:
        assert run(host, "crash-once", os.fsencode(tmp_path / "mark")) == b"second time"
        assert host.status().losses == 1


def test_a_step_that_crashes_by_itself_twice_is_left_out_and_the_task_completes() -> None:
    with made() as host:
        futures = together(host, numbers(1, 2, 3), numbers(4, 13, 5), numbers(6, 7))

        assert [json.loads(f.result()) for f in futures] == [[2, 4, 6], [8, None, 10], [12, 14]]
        lost = host.status().losses
        assert lost == 3  # all together, then twice by itself
        assert json.loads(run(host, *numbers(13, 8))) == [None, 16]
        assert host.status().losses == lost  # it is remembered


def test_two_steps_that_crash_are_both_left_out() -> None:
    with made(limits=QUICK) as host:
        assert json.loads(run(host, *numbers(13, 1, 14, 2))) == [None, 2, None, 4]


def test_whoever_waits_for_what_is_shared_lives_as_long_as_that_moves() -> None:
    many = list(range(100, 180))  # 1.6 s in native code each, three of them one after another
    with made(limits=replace(LIMITS, watchdog=4.0)) as host:
        futures = together(host, *[numbers(*many)] * 3)

        assert all(json.loads(f.result()) == [2 * n for n in many] for f in futures)
        assert host.status().losses == 0


def test_a_task_may_be_alive_without_saying_how_far_it_is() -> None:
    with made(limits=QUICK) as host:
        assert run(host, "read", b"400") == b"400"
        assert host.status().losses == 0


def test_who_is_asked_may_end_a_task_and_the_others_do_not_notice(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def listen(progress: Progress) -> None:
        if progress.stage == "slow":
            raise Enough

    with made() as host, ThreadPoolExecutor(1) as pool:
        other = pool.submit(run, host, "slow", b"50")
        with pytest.raises(Enough):
            host.run(Task("slow", b"1000", "8002.wav"), listen)
        until(lambda: host.status().running <= 1)

        assert other.result() == b"50"
        assert host.status().losses == 0


def test_native_code_that_ignores_the_end_is_ended_and_the_others_run_again(
    tmp_path: Path,
) -> None:
    class Enough(Exception):
        pass

    def listen(progress: Progress) -> None:
        if progress.stage == "deaf":
            raise Enough

    with made() as host, ThreadPoolExecutor(1) as pool:
        other = pool.submit(run, host, "slow", b"90")
        before = run(host, "whoami")
        with pytest.raises(Enough):
            host.run(Task("deaf", os.fsencode(tmp_path / "mark"), "8002.wav"), listen)

        assert other.result() == b"90"
        assert run(host, "whoami") != before
        assert host.status().losses == 0  # nobody's fault


def test_models_are_let_go_when_idle_and_loaded_again_on_demand() -> None:
    with made(limits=Limits(idle=0.1, beat=0.05)) as host:
        first = run(host, "whoami")
        until(lambda: host.status().process is None)

        assert not alive(int(first))
        assert run(host, "whoami") != first
        assert host.status().losses == 0


def test_a_child_that_grew_too_large_is_replaced_between_tasks() -> None:
    limits = Limits(parallel=2, memory=150 << 20, idle=0, beat=0.05)
    with made(limits=limits) as host:
        small = run(host, "allocate", b"1")
        assert run(host, "whoami") == small
        futures = together(host, ("allocate", b"200"), ("slow", b"30"))
        large = futures[0].result()

        assert futures[1].result() == b"30"
        assert run(host, "whoami") not in {small, large}
        assert host.status().losses == 0


def test_models_that_cannot_be_loaded_are_told_in_the_words_of_who_built_them() -> None:
    with made(b"refuse") as host:
        with pytest.raises(ConfigError, match="weights: there are none; install them"):
            host.load()
        with pytest.raises(HostError, match="there are none") as caught:
            run(host, "echo")

        assert caught.value.retryable


def test_a_child_that_dies_while_loading_is_tried_three_times() -> None:
    with made(b"crash") as host:
        with pytest.raises(HostError, match="does not start: it was ended by SIGSEGV"):
            host.load()

        assert host.status().losses == 3


def test_a_child_that_is_never_ready_is_ended() -> None:
    with (
        made(b"hang", Limits(loading=0.2, watchdog=0.5, pause=0.01, longest_pause=0.01)) as host,
        pytest.raises(HostError, match=r"was not ready after 0\.2 s"),
    ):
        host.load()


def test_more_tasks_than_may_wait_are_refused(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with (
        made(limits=Limits(parallel=1, waiting=1, idle=0, beat=0.05)) as host,
        ThreadPoolExecutor(2) as pool,
        opened(gate),
    ):
        host.load()
        pool.submit(run, host, "gate", os.fsencode(gate))
        until(lambda: host.status().running == 1)
        pool.submit(run, host, "slow", b"1")
        until(lambda: host.status().waiting == 1)

        with pytest.raises(HostError, match="try again later"):
            run(host, "echo")


def test_closing_ends_the_child_and_what_runs() -> None:
    with ThreadPoolExecutor(1) as pool:
        with made() as host:
            child = int(run(host, "whoami"))
            running = pool.submit(run, host, "hang")
            until(lambda: host.status().running == 1)
        host.close()

        assert isinstance(running.exception(), HostError)
        assert not alive(child)
        with pytest.raises(HostError, match="has ended"):
            run(host, "echo")


PARENT = """
import sys
from host_work import FACTORY
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.jobs.host.ticket import Task
host = ModelHost(FACTORY, b"", tuple(sys.path), Limits(parallel=2))
print(host.run(Task("whoami", b"", "x"), lambda _: None).decode(), flush=True)
host.run(Task("hold", b"", "x"), lambda _: None)
"""


def test_the_child_never_outlives_its_parent() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(PATH)}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
        until(lambda: not alive(child))


@pytest.mark.parametrize("seed", range(8))
def test_whenever_the_child_is_killed_every_result_is_right_and_comes_once(seed: int) -> None:
    draw = random.Random(seed)
    wanted = [[draw.randrange(100, 200) for _ in range(draw.randrange(1, 9))] for _ in range(9)]
    over = threading.Event()

    with made() as host, ThreadPoolExecutor(3) as pool:
        killer = threading.Thread(target=_kill_at_random, args=(host, draw, over))
        killer.start()
        try:
            while killer.is_alive():  # who kills may come late to the first of it
                results = list(pool.map(lambda row: run(host, *numbers(*row)), wanted))
                assert [json.loads(r) for r in results] == [[2 * n for n in row] for row in wanted]
        finally:
            over.set()
            killer.join()

        assert host.status().losses > 0


def _kill_at_random(host: ModelHost, draw: random.Random, over: threading.Event) -> None:
    """Kill the child a few times, each time at some moment of its work."""
    for _ in range(draw.randrange(2, 7)):
        while not (over.is_set() or host.status().running):
            over.wait(0.005)
        over.wait(draw.uniform(0.0, 0.3))
        _kill([host.status().process])


def _kill(processes: Sequence[int | None]) -> None:
    for process in processes:
        if process is not None:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
