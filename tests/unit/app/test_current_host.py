"""The model host follows what a team publishes; what has begun ends with what it began with."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiting.app.current_host import CurrentHost
from huiting.core.errors import StoreError
from huiting.core.watch import Progress
from huiting.jobs.host.model_host import Status
from huiting.jobs.host.ticket import Task
from huiting.service.library.force import Force, InForce
from huiting.service.library.kinds import Kind
from huiting.store import Store
from huiting.store.library import Library, Version

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)


@dataclass
class FakeHost:
    """A host that says what it was made with; a task named `wait` waits."""

    words: str
    closed: int = 0
    loaded: bool = False
    begun: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        listen(Progress("asr", 1.0))
        if task.name == "wait":
            self.begun.set()
            assert self.go_on.wait(30)
        if task.name == "fail":
            raise StoreError("task", "it fails", "see")
        return self.words.encode()

    def load(self) -> None:
        self.loaded = True

    def status(self) -> Status:
        return Status(None, 0, 0, 0, 3)

    def close(self) -> None:
        self.closed += 1


@dataclass
class Team:
    """A library, and all hosts that were made."""

    library: Library
    current: CurrentHost
    made: list[FakeHost]

    def publish(self, kind: Kind, name: str, body: str) -> None:
        with self.library.database.writing() as connection:
            written = Version(kind, name, 0, body, "", "user:1", NOON)
            made = self.library.write(connection, written, None)
            self.library.publish(connection, kind, name, made.version, "user:1", NOON)

    def run(self, name: str = "analyze") -> str:
        return self.current.run(Task(name, b"", "x"), lambda _: None).decode()


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made: list[FakeHost] = []

    def make(state: InForce) -> FakeHost:
        texts = [path.read_text(encoding="utf-8") for path in state.of(Kind.HOTWORDS)]
        made.append(FakeHost("|".join(texts)))
        return made[-1]

    with Store.open(str(tmp_path / "calls.db")) as store:
        library = Library(store.database)
        yield Team(library, CurrentHost(Force(library, tmp_path / "published"), make), made)


def test_one_host_serves_until_something_else_is_heard_with(team: Team) -> None:
    assert (team.current.losses(), team.made) == (0, [])
    team.current.load()
    first = team.run()
    team.publish(Kind.RULES, "shop", "of no matter to hearing")
    second = team.run()

    assert (first, second) == ("", "")
    assert [(host.loaded, host.closed) for host in team.made] == [(True, 0)]
    assert team.current.losses() == 3


def test_published_words_are_heard_by_a_new_host_and_an_idle_one_ends(team: Team) -> None:
    team.run()
    team.publish(Kind.HOTWORDS, "shop", "慧听")

    assert team.run() == "慧听"
    assert [host.closed for host in team.made] == [1, 0]


def test_what_has_begun_ends_on_the_host_it_began_on(team: Team) -> None:
    team.run()
    [old] = team.made
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(team.run("wait"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert old.begun.wait(30)
    while team.current._current and team.current._current.users < 2:
        threading.Event().wait(0.001)
    team.publish(Kind.HOTWORDS, "shop", "慧听")

    assert team.run() == "慧听"
    assert old.closed == 0
    old.go_on.set()
    for thread in threads:
        thread.join(30)
    assert answers == ["", ""]
    assert (old.closed, team.made[1].closed) == (1, 0)


def test_the_end_ends_hosts_that_are_at_their_last_task_too(team: Team) -> None:
    team.run()
    [old] = team.made
    thread = threading.Thread(target=team.run, args=("wait",))
    thread.start()
    assert old.begun.wait(30)
    team.publish(Kind.HOTWORDS, "shop", "慧听")
    team.run()
    team.current.close()

    assert [host.closed for host in team.made] == [1, 1]
    old.go_on.set()
    thread.join(30)
    assert [host.closed for host in team.made] == [1, 1]
    team.current.close()
    assert [host.closed for host in team.made] == [1, 1]


def test_a_task_that_fails_lets_go_of_its_host(team: Team) -> None:
    with pytest.raises(StoreError):
        team.run("fail")
    team.publish(Kind.HOTWORDS, "shop", "慧听")
    team.run()

    assert [host.closed for host in team.made] == [1, 0]


def test_while_the_database_is_away_what_was_stays(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Library) -> None:
        raise StoreError("calls.db", "it is away", "wait")

    team.publish(Kind.HOTWORDS, "shop", "慧听")
    assert team.run() == "慧听"
    monkeypatch.setattr(Library, "force", away)

    assert team.run() == "慧听"
    assert len(team.made) == 1


def test_without_a_database_from_the_first_nothing_is_heard(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Library) -> None:
        raise StoreError("calls.db", "it is away", "wait")

    monkeypatch.setattr(Library, "force", away)

    with pytest.raises(StoreError):
        team.run()
