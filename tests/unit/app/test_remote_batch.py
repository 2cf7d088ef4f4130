"""What is asked of a server while its work is waited for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiting.app import remote_batch
from huiting.app.outcomes import Outcome, Status
from huiting.app.remote_batch import RemoteBatch, Sent
from huiting.client.shapes.jobs import Accepted, Job, State, Trouble
from huiting.core.watch import Progress

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)
BAD = Trouble("undecodable-audio", "no audio in it", "send another")


def job(number: int, batch: str | None) -> Job:
    return Job(
        id=number, kind="analyze", state=State.RUNNING, recording=f"{number:064}", batch=batch,
        stage="asr", done=0.5, attempt=1, attempts=3, trouble=None, cancelling=False, held=False,
        put_at=NOON, due_at=NOON, begun_at=NOON, ended_at=None,
    )  # fmt: skip


@dataclass
class Server:
    """Jobs that run until they were listed a few times, and then have failed."""

    open: dict[int, Job]
    rounds: int
    listed: list[str | None] = field(default_factory=list)
    got: list[int] = field(default_factory=list)

    @property
    def jobs(self) -> "Server":
        return self

    def list(
        self, *, state: Sequence[State] = (), kind: str | None = None, batch: str | None = None
    ) -> Iterator[Job]:
        assert (set(state), kind) == ({State.WAITING, State.RUNNING}, "analyze")
        self.listed.append(batch)
        return iter([] if self._over() else [j for j in self.open.values() if j.batch == batch])

    def get(self, number: int) -> Job:
        self.got.append(number)
        known = self.open[number]
        return replace(known, state=State.FAILED, trouble=BAD) if self._over() else known

    def _over(self) -> bool:
        return self.listed.count("ours") > self.rounds


@dataclass
class Seen:
    """A listener."""

    ends: list[Status] = field(default_factory=list)

    def started(self, name: str) -> None:
        raise AssertionError(name)

    def staged(self, name: str, progress: Progress) -> None:
        assert (name[:1], progress.stage) == ("/", "asr")

    def ended(self, outcome: Outcome) -> None:
        self.ends.append(outcome.status)


def follow(server: Server, folder: Path) -> Seen:
    seen = Seen()
    sent = [
        Sent(folder / f"{j.id}.wav", Accepted("", f"{j.id:064}", j.id, j.state, known=False))
        for j in server.open.values()
    ]
    batch = RemoteBatch(server, folder, folder, {}, seen)  # type: ignore[arg-type]
    batch._follow(sent, "ours", {})
    return seen


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_batch, "EVERY", 0.0)


def test_the_jobs_of_the_batch_are_asked_for_and_no_others(tmp_path: Path) -> None:
    server = Server({n: job(n, "ours") for n in range(9)}, rounds=4)

    assert follow(server, tmp_path).ends == [Status.FAILED] * 9
    assert server.listed == ["ours"] * 5
    assert sorted(server.got) == list(range(9))


def test_what_an_earlier_batch_still_does_is_asked_for_together(tmp_path: Path) -> None:
    earlier = {n: job(n, "earlier") for n in range(5)}
    server = Server({**earlier, 9: job(9, "ours")}, rounds=4)

    assert follow(server, tmp_path).ends == [Status.FAILED] * 6
    assert set(server.listed) == {"ours", "earlier"}
    assert Counter(server.got) == {**dict.fromkeys(range(5), 2), 9: 1}


def test_a_job_of_no_batch_is_asked_for_by_its_number(tmp_path: Path) -> None:
    server = Server({1: job(1, None)}, rounds=3)

    assert follow(server, tmp_path).ends == [Status.FAILED]
    assert set(server.listed) == {"ours"}
    assert server.got == [1, 1, 1, 1]
