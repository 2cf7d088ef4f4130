"""The supervisor event by event, with a child that does what the test says and a clock that is set."""

import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from huiting.core.errors import HuitingError
from huiting.core.watch import Progress
from huiting.jobs.host.events import Asked, Closing, Told, Withdrawn
from huiting.jobs.host.faults import Crashed, HostError, OutOfMemory
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.memory import Memory
from huiting.jobs.host.messages import (
    Advanced,
    Cancel,
    Done,
    Entered,
    Failed,
    Fault,
    Left,
    Moved,
    Ready,
    Stop,
    ToChild,
    ToHost,
    Unready,
    Waits,
    Work,
)
from huiting.jobs.host.supervisor import GENTLE, STARTS, Supervisor
from huiting.jobs.host.ticket import Task, Ticket

LIMITS = Limits(
    parallel=2, waiting=3, watchdog=10, loading=60, grace=5, idle=100, memory=1000, pause=1,
    longest_pause=3,
)  # fmt: skip


@dataclass
class FakeChild:
    """A child that only listens."""

    number: int
    heard: list[ToChild] = field(default_factory=list)
    killed: bool = False
    status: int = -9

    def send(self, message: ToChild, /) -> None:
        self.heard.append(message)

    def kill(self) -> None:
        self.killed = True

    def wait(self) -> int:
        return self.status


@dataclass
class Stage:
    """A supervisor and all that it deals with."""

    proc: Path
    now: float = 0.0
    children: list[FakeChild] = field(default_factory=list)
    refused: int = 0
    """Starts that fail."""
    numbers: int = 0

    def __post_init__(self) -> None:
        (self.proc / "vmstat").write_text("oom_kill 0\n")
        self.supervisor = Supervisor(
            self.start,
            queue.Queue(),
            LIMITS,
            lambda: self.now,
            Memory(self.proc, self.proc),
        )

    def start(self) -> FakeChild:
        if self.refused:
            self.refused -= 1
            raise BlockingIOError(11, "Resource temporarily unavailable")
        self.children.append(FakeChild(len(self.children)))
        return self.children[-1]

    @property
    def child(self) -> FakeChild:
        return self.children[-1]

    def ask(self, count: int = 1) -> list[Ticket]:
        """Ask for tasks."""
        tickets = []
        for _ in range(count):
            self.numbers += 1
            ticket = Ticket(self.numbers, Task("asr", b"", f"call {self.numbers}"))
            self.supervisor.step(Asked(ticket))
            tickets.append(ticket)
        return tickets

    def load(self) -> Ticket:
        ticket = Ticket(0, Task("", b"", "models"))
        self.supervisor.step(Asked(ticket, only_load=True))
        return ticket

    def say(self, *messages: ToHost | None) -> None:
        for message in messages:
            self.supervisor.step(Told(self.child, message))

    def die(self, status: int = -11) -> None:
        self.child.status = status
        self.say(None)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.supervisor.step(None)

    def given(self) -> list[int]:
        """Return the numbers of the tasks the child was given."""
        return [m.task for m in self.child.heard if isinstance(m, Work)]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def ready(stage: Stage) -> Stage:
    """One whose child is ready."""
    stage.load()
    stage.say(Ready())
    return stage


def outcome(ticket: Ticket) -> bytes | HuitingError:
    assert ticket.over
    try:
        return ticket.follow(lambda _progress: None, 0, lambda: True)
    except HuitingError as error:
        return error


def test_the_child_is_started_when_it_is_wanted_and_given_what_it_can_take(stage: Stage) -> None:
    assert stage.supervisor.pause() is None
    stage.ask(3)
    assert stage.given() == []
    stage.say(Ready())

    assert stage.given() == [1, 2]
    stage.say(Done(1, b"one"))
    assert stage.given() == [1, 2, 3]


def test_who_only_wants_the_models_waits_for_them(stage: Stage) -> None:
    ticket = stage.load()
    assert not ticket.over
    stage.say(Ready())

    assert outcome(ticket) == b""
    assert outcome(stage.load()) == b""
    assert len(stage.children) == 1


def test_what_is_told_of_tasks_reaches_who_asked(ready: Stage) -> None:
    one, two = ready.ask(2)
    ready.say(
        Advanced(1, "asr", 0.5),
        Failed(2, Fault("input", "a.wav", "no audio", "give some")),
        Done(1, b"result"),
        Done(9, b"of nobody"),
    )

    assert one.progress == Progress("asr", 0.5)
    assert outcome(one) == b"result"
    assert str(outcome(two)) == "a.wav: no audio; give some"


def test_after_a_crash_all_are_run_again_alone_in_their_order(ready: Stage) -> None:
    tickets = ready.ask(3)
    ready.die()
    ready.say(Ready())
    assert ready.given() == [1]
    ready.say(Done(1, b"one"))
    assert ready.given() == [1, 2]
    ready.say(Done(2, b"two"))

    assert ready.given() == [1, 2, 3]
    ready.say(Done(3, b"three"))
    assert [outcome(t) for t in tickets] == [b"one", b"two", b"three"]


def test_the_one_that_fell_alone_goes_behind_the_others(ready: Stage) -> None:
    tickets = ready.ask(3)
    ready.die()
    ready.say(Ready())
    ready.die()  # 1, alone
    ready.wait(LIMITS.pause)
    ready.say(Ready(), Done(2, b"two"))
    assert ready.given() == [2, 3]
    ready.say(Done(3, b"three"))

    assert ready.given() == [2, 3, 1]
    ready.die()
    assert isinstance(outcome(tickets[0]), Crashed)


def test_suspected_steps_go_with_the_task_and_are_forgotten_when_all_are_cleared(
    ready: Stage,
) -> None:
    ready.ask(2)
    ready.say(Entered(0, (b"a", b"b")), Entered(1, (b"c",)), Left(1))
    ready.die()
    ready.say(Ready())

    [work] = [m for m in ready.child.heard if isinstance(m, Work)]
    assert set(work.apart) == {b"a", b"b"}
    ready.say(Done(1, b""), Done(2, b""))
    ready.ask()
    assert [m.apart for m in ready.child.heard if isinstance(m, Work)][-1] == ()


def test_whoever_hangs_by_itself_is_suspected_alone(ready: Stage) -> None:
    ready.ask(2)
    ready.now = 9
    ready.say(Advanced(2, "asr", 0.1), Entered(0, (b"a",)))
    ready.wait(1)  # 1 has said nothing for 10 s
    assert ready.child.killed
    ready.die(-9)
    ready.say(Ready())

    assert ready.given() == [1]  # alone, since it may do so again
    assert [m.apart for m in ready.child.heard if isinstance(m, Work)] == [()]


def test_who_waits_for_what_is_shared_hangs_with_it_and_its_steps(ready: Stage) -> None:
    ready.ask(2)
    ready.say(Waits(1, begins=True), Waits(2, begins=True), Entered(0, (b"a",)))
    ready.now = 8
    ready.say(Left(0), Entered(1, (b"b",)))
    ready.wait(9)
    assert not ready.child.killed
    ready.wait(1)
    assert ready.child.killed
    ready.die(-9)
    ready.say(Ready())

    assert [m.apart for m in ready.child.heard if isinstance(m, Work)] == [(b"b",)]


def test_who_waits_for_steps_that_come_further_does_not_hang(ready: Stage) -> None:
    ready.ask()
    ready.say(Waits(1, begins=True), Entered(0, (b"a", b"b")))
    for now in (8, 16, 24):
        ready.now = now
        ready.say(Moved(0))
    ready.wait(9)
    assert not ready.child.killed
    ready.wait(1)
    assert ready.child.killed


def test_while_the_child_is_being_ended_nothing_is_given_to_it(ready: Stage) -> None:
    ready.ask()
    ready.wait(10)
    ready.ask()
    ready.wait(20)

    assert ready.given() == [1]


@pytest.mark.parametrize(
    ("status", "oom_kills", "kind"),
    [
        pytest.param(-11, 0, Crashed, id="segfault"),
        pytest.param(-9, 1, OutOfMemory, id="the kernel counted one"),
    ],
)
def test_a_task_that_ends_the_child_each_time_says_why(
    ready: Stage, status: int, oom_kills: int, kind: type[HuitingError]
) -> None:
    [ticket] = ready.ask()
    for count in range(1, 4):
        (ready.proc / "vmstat").write_text(f"oom_kill {oom_kills * count}\n")
        ready.die(status)
        ready.wait(5)
        if not ticket.over:
            ready.say(Ready())

    assert type(outcome(ticket)) is kind


def test_a_child_that_somebody_kills_is_nobodys_fault(ready: Stage) -> None:
    tickets = ready.ask(2)
    for _ in range(5):
        ready.die(-9)
        ready.wait(5)
        ready.say(Ready())
        assert ready.given() == [1, 2]
    ready.say(Done(1, b"one"), Done(2, b"two"))

    assert [outcome(t) for t in tickets] == [b"one", b"two"]


def test_it_is_started_again_at_once_and_then_after_pauses(ready: Stage) -> None:
    ready.ask()
    pauses: list[float] = []
    for _ in range(5):
        ready.die(-9)
        began = ready.now
        while len(ready.children) == len(pauses) + 1:
            ready.wait(ready.supervisor.pause() or 0)
        pauses.append(ready.now - began)
        ready.say(Ready())

    assert pauses == [0, 1, 2, 3, 3]


def test_who_withdraws_in_time_is_not_run(ready: Stage) -> None:
    _, _, third = ready.ask(3)
    ready.supervisor.step(Withdrawn(third))
    ready.say(Done(1, b""))

    assert ready.given() == [1, 2]


def test_who_withdraws_late_is_cancelled_and_in_the_end_ended(ready: Stage) -> None:
    one, two = ready.ask(2)
    ready.supervisor.step(Withdrawn(one))
    assert ready.child.heard[-1] == Cancel(1)
    ready.wait(4.9)
    assert not ready.child.killed
    ready.wait(0.1)
    assert ready.child.killed
    ready.die(-9)
    ready.say(Ready())

    assert ready.given() == [2]
    assert not two.record.suspect
    assert ready.supervisor.losses == 0


def test_unused_models_are_let_go(ready: Stage) -> None:
    ready.ask()
    ready.say(Done(1, b""))
    assert ready.supervisor.pause() == 100
    ready.wait(99)
    assert Stop() not in ready.child.heard
    ready.wait(1)
    assert ready.child.heard[-1] == Stop()
    [late] = ready.ask()  # comes while it is leaving
    ready.die(0)
    assert len(ready.children) == 2
    ready.say(Ready())

    assert ready.given() == [2]
    assert not late.record.suspect


def test_a_child_that_does_not_leave_when_asked_is_ended(ready: Stage) -> None:
    ready.wait(100)
    ready.wait(GENTLE - 0.1)
    assert not ready.child.killed
    ready.wait(0.1)

    assert ready.child.killed
    ready.die(-9)
    assert ready.supervisor.process is None


def test_a_child_that_grew_too_large_gets_nothing_more_and_is_replaced(
    ready: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "taken", lambda _self, number: 2000 if number == 0 else 10)
    ready.ask(2)
    assert ready.given() == [1]  # the first was given before it was looked at
    ready.say(Done(1, b""))
    assert ready.child.heard[-1] == Stop()
    ready.die(0)
    ready.say(Ready())

    assert ready.given() == [2]
    assert (ready.supervisor.taken, ready.supervisor.running) == (10, 1)


def test_a_bound_that_the_models_alone_exceed_does_not_stop_the_work(
    ready: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "taken", lambda _self, _number: 2000)
    for number in (1, 2):
        [ticket] = ready.ask()
        assert ready.given() == [number]
        ready.say(Done(number, b"x"))
        assert ticket.over
        ready.die(0)
        ready.load()
        ready.say(Ready())


def test_models_that_cannot_be_loaded_are_told_to_all(stage: Stage) -> None:
    loading, [task] = stage.load(), stage.ask()
    stage.say(Unready(Fault("config", "weights", "there are none", "install them")))
    stage.die(0)

    assert str(outcome(loading)) == "weights: there are none; install them"
    assert isinstance(outcome(task), HostError)
    assert len(stage.children) == 1


@pytest.mark.parametrize("status", [pytest.param(-11, id="crash"), pytest.param(1, id="exit")])
def test_a_child_that_dies_while_loading_is_tried_a_few_times(stage: Stage, status: int) -> None:
    [task] = stage.ask()
    for _ in range(STARTS):
        assert not task.over
        stage.die(status)
        stage.wait(5)

    assert "does not start" in str(outcome(task))
    assert len(stage.children) == STARTS


def test_a_child_that_is_killed_while_loading_is_tried_oftener(stage: Stage) -> None:
    [task] = stage.ask()
    for _ in range(STARTS + 2):
        stage.die(-9)
        stage.wait(5)

    assert not task.over


def test_a_child_that_is_never_ready_is_ended(stage: Stage) -> None:
    stage.ask()
    stage.wait(59)
    assert not stage.child.killed
    stage.wait(1)

    assert stage.child.killed


def test_a_machine_that_can_start_nothing_is_told(stage: Stage) -> None:
    stage.refused = STARTS
    [task] = stage.ask()
    for _ in range(STARTS):
        stage.wait(5)

    assert "Resource temporarily unavailable" in str(outcome(task))
    [again] = stage.ask()
    stage.wait(5)
    stage.say(Ready(), Done(2, b"now"))
    assert outcome(again) == b"now"


def test_closing_fails_what_waits_and_ends_the_child(ready: Stage) -> None:
    supervisor = ready.supervisor
    running, waiting = ready.ask(3)[0], ready.ask(0)
    for event in (Closing(), Told(ready.child, None)):
        supervisor.events.put(event)
    supervisor.run()

    assert ready.child.killed
    assert isinstance(outcome(running), HostError)
    assert waiting == []
    [late] = ready.ask()
    assert "has ended" in str(outcome(late))


def test_whatever_goes_wrong_nobody_is_left_waiting(
    ready: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    [ticket] = ready.ask()

    def broken(_self: object, _event: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Supervisor, "step", broken)
    ready.supervisor.events.put(Closing())
    with pytest.raises(ZeroDivisionError):
        ready.supervisor.run()

    assert ready.child.killed
    assert isinstance(outcome(ticket), HostError)


def test_what_an_earlier_child_said_is_not_heard(ready: Stage) -> None:
    old = ready.child
    [ticket] = ready.ask()
    ready.die()
    ready.supervisor.step(Told(old, Done(1, b"from the grave")))

    assert not ticket.over


def test_more_than_may_wait_are_refused(stage: Stage) -> None:
    tickets = stage.ask(4)

    assert [t.over for t in tickets] == [False, False, False, True]
    assert "try again later" in str(outcome(tickets[3]))
    assert stage.supervisor.waiting == 3


def test_who_follows_a_task_hears_again_and_again_and_may_end_it() -> None:
    ticket = Ticket(1, Task("asr", b"", "8001.wav"))
    heard: list[Progress] = []

    def listen(progress: Progress) -> None:
        heard.append(progress)
        if len(heard) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ticket.follow(listen, 0.0, lambda: True)

    assert [p.stage for p in heard] == ["queued"] * 3


def test_who_follows_a_task_that_nobody_works_on_is_told() -> None:
    dead: Callable[[], bool] = lambda: False  # noqa: E731
    with pytest.raises(HostError, match="the model host has ended"):
        Ticket(1, Task("asr", b"", "8001.wav")).follow(lambda _progress: None, 0.0, dead)


def test_the_first_word_on_how_a_task_ended_counts() -> None:
    ticket = Ticket(1, Task("asr", b"", "8001.wav"))
    ticket.end(b"first")
    ticket.end(b"second")

    assert outcome(ticket) == b"first"
