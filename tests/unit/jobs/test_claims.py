from datetime import timedelta

import pytest
from sqlalchemy import select

from huiting.jobs._rows import changing
from huiting.jobs.errors import LeaseLost
from huiting.jobs.job import Job, Lease, Order, Outcome, State, Trouble
from huiting.jobs.work.claims import LOST, Claims
from huiting.store.schema import JobRow
from unit.jobs.desk import BACKOFF, Desk

BAD = Trouble("engine", "the model failed", "see its log")


def outcomes(desk: Desk, job: Job) -> list[Outcome | None]:
    return [attempt.outcome for attempt in desk.queue.attempts(job.id)]


def test_a_taken_job_runs(desk: Desk) -> None:
    put = desk.put()

    lease = desk.take("one")

    assert lease.job == desk.queue.get(put.id)
    assert (lease.job.state, lease.job.attempt, lease.job.worker) == (State.RUNNING, 1, "one")
    assert lease.job.begun_at is not None
    assert desk.next() is None


def test_only_known_kinds_are_taken(desk: Desk) -> None:
    desk.put(order=Order("export", "a"))

    assert desk.next(kinds=("analyze",)) is None
    assert desk.next(kinds=("analyze", "export")) is not None


def test_several_are_taken_at_once(table_desk: Desk) -> None:
    for subject in "abc":
        table_desk.put(subject)

    leases = table_desk.claims.claim("one", ["analyze"], 2)

    assert [lease.job.order.subject for lease in leases] == ["a", "b"]
    assert len(table_desk.claims.claim("one", ["analyze"], 2)) == 1
    assert table_desk.claims.claim("one", ["analyze"], 2) == []


def test_a_finished_job_is_done(desk: Desk) -> None:
    desk.put()
    lease = desk.take()

    desk.finish(lease)

    job = desk.queue.get(lease.job.id)
    assert (job.state, job.done, job.worker) == (State.DONE, 1.0, None)
    assert job.ended_at is not None
    assert outcomes(desk, job) == [Outcome.DONE]
    assert desk.next() is None


def test_a_result_that_is_not_kept_leaves_the_job_running(desk: Desk) -> None:
    desk.put()
    lease = desk.take()

    with pytest.raises(RuntimeError), changing(desk.database) as connection:  # noqa: PT012
        desk.claims.finish(connection, lease)
        raise RuntimeError

    assert desk.queue.get(lease.job.id).state is State.RUNNING
    desk.finish(lease)


def test_a_failed_job_is_tried_again_later(desk: Desk) -> None:
    desk.put()

    job = desk.claims.fail(desk.take(), BAD, retryable=True)

    assert (job.state, job.trouble, job.attempt) == (State.WAITING, BAD, 1)
    assert job.begun_at is not None
    assert 5.0 - 1.0 < (job.due_at - job.begun_at).total_seconds() < 10.0 + 5.0
    assert desk.next() is None


def test_when_the_wait_is_over_it_is_taken(table_desk: Desk) -> None:
    table_desk.put()
    table_desk.claims.fail(table_desk.take(), BAD, retryable=True)

    table_desk.wrong = timedelta(seconds=11)

    assert table_desk.take().job.attempt == 2


@pytest.mark.parametrize(
    "jump",
    [timedelta(days=-400), timedelta(hours=-1), timedelta(minutes=-2), timedelta(days=400)],
    ids=str,
)
def test_no_jump_of_the_clock_keeps_a_job_waiting(table_desk: Desk, jump: timedelta) -> None:
    table_desk.put("new")
    table_desk.put("failed")
    new = table_desk.take()
    table_desk.claims.fail(table_desk.take(), BAD, retryable=True)
    table_desk.claims.give_back(new)

    table_desk.wrong = jump

    assert {table_desk.take().job.order.subject for _ in range(2)} == {"new", "failed"}


def test_a_time_that_was_asked_for_is_kept_to_although_the_clock_is_set_back(
    table_desk: Desk,
) -> None:
    with table_desk.database.reading() as connection:
        due = table_desk.now(connection) + timedelta(hours=2)
    table_desk.put(order=Order("analyze", "tonight", due=due))

    table_desk.wrong = timedelta(hours=-1)

    assert table_desk.next() is None


@pytest.mark.parametrize(
    ("attempts", "retryable", "state"),
    [
        pytest.param(1, True, State.FAILED, id="no attempt is left"),
        pytest.param(2, True, State.WAITING, id="one is left"),
        pytest.param(2, False, State.FAILED, id="trying again is of no use"),
    ],
)
def test_a_job_fails_for_good(desk: Desk, attempts: int, state: State, *, retryable: bool) -> None:
    desk.put(order=Order("analyze", "a", attempts=attempts))

    job = desk.claims.fail(desk.take(), BAD, retryable=retryable)

    assert job.state is state
    assert (job.ended_at is not None) == job.state.over


def test_a_job_that_is_being_cancelled_is_not_tried_again(desk: Desk) -> None:
    for act in (
        lambda lease: desk.claims.fail(lease, BAD, retryable=True),
        desk.claims.give_back,
        desk.lose,
    ):
        desk.put()
        lease = desk.take()
        desk.queue.cancel(lease.job.id)

        job = act(lease)
        assert job is not None
        assert job.state is State.CANCELLED


def test_a_job_that_is_given_back_is_run_again_and_lost_no_attempt(desk: Desk) -> None:
    desk.put(order=Order("analyze", "a", attempts=1))
    job = desk.claims.give_back(desk.take())

    assert (job.state, job.attempt) == (State.WAITING, 0)
    assert outcomes(desk, job) == [Outcome.GIVEN_BACK]
    assert desk.take("two").job.id == job.id


def test_what_was_known_of_a_failure_stays_known_when_it_is_given_back(table_desk: Desk) -> None:
    table_desk.put()
    table_desk.claims.fail(table_desk.take(), BAD, retryable=True)
    table_desk.wrong = timedelta(hours=1)

    assert table_desk.claims.give_back(table_desk.take()).trouble == BAD


def test_progress_is_written(desk: Desk) -> None:
    desk.put()
    lease = desk.take()

    assert desk.claims.advance(lease, "recognize", 0.25) is False

    job = desk.queue.get(lease.job.id)
    assert (job.stage, job.done) == ("recognize", 0.25)


def test_a_pulse_tells_what_was_lost_and_what_is_to_end(desk: Desk) -> None:
    for subject in "abcd":
        desk.put(subject)
    leases = [desk.take() for _ in range(4)]
    before = desk.sight(leases[1]).beat
    desk.finish(leases[0])
    desk.queue.cancel(leases[1].job.id)
    desk.lose(leases[2])
    desk.take("two")

    pulse = desk.claims.renew(leases)

    assert pulse.lost == {leases[0].job.id, leases[2].job.id}
    assert pulse.cancelling == {leases[1].job.id}
    assert desk.sight(leases[1]).beat == before + 1


def test_a_dead_workers_job_is_run_again(desk: Desk) -> None:
    desk.put()
    lease = desk.take("one")

    job = desk.lose(lease)

    assert job is not None
    assert (job.state, job.trouble, job.attempt) == (State.WAITING, LOST, 1)
    assert outcomes(desk, job) == [Outcome.LOST]
    assert desk.take("two").fence > lease.fence


def test_who_is_lost_too_often_has_failed(desk: Desk) -> None:
    desk.put(order=Order("analyze", "a", attempts=2))
    desk.lose(desk.take())

    job = desk.lose(desk.take())

    assert job is not None
    assert (job.state, job.trouble) == (State.FAILED, LOST)


def test_who_moves_after_it_was_seen_still_is_not_taken_for_dead(desk: Desk) -> None:
    desk.put()
    lease = desk.take()
    seen = desk.sight(lease)
    desk.claims.renew([lease])

    assert desk.claims.rescue(seen) is None

    desk.finish(lease)
    assert desk.claims.rescue(desk.sight_of(lease, beat=1)) is None


def test_a_part_of_the_result_is_kept_only_by_whose_job_it_is(desk: Desk) -> None:
    desk.put()
    late = desk.take("one")
    with changing(desk.database) as connection:
        desk.claims.hold(connection, late)
    desk.lose(late)
    now = desk.take("two")

    with pytest.raises(LeaseLost), changing(desk.database) as connection:
        desk.claims.hold(connection, late)
    with changing(desk.database) as connection:
        desk.claims.hold(connection, now)
        desk.claims.finish(connection, now)
    assert desk.queue.get(now.job.id).state is State.DONE


def test_a_late_worker_writes_nothing(desk: Desk) -> None:
    desk.put()
    late = desk.take("one")
    desk.lose(late)
    now = desk.take("two")

    for act in (
        lambda: desk.finish(late),
        lambda: desk.claims.advance(late, "x", 0.9),
        lambda: desk.claims.fail(late, BAD, retryable=False),
        lambda: desk.claims.cancel(late),
        lambda: desk.claims.give_back(late),
    ):
        with pytest.raises(LeaseLost, match=f"job {late.job.id}: it was taken from this worker"):
            act()

    job = desk.queue.get(now.job.id)
    assert (job.state, job.worker, job.stage) == (State.RUNNING, "two", None)
    desk.finish(now)
    with pytest.raises(LeaseLost):
        desk.finish(now)


def test_what_is_forgotten_cannot_be_ended(desk: Desk) -> None:
    desk.put()
    lease = desk.take()
    desk.clear()

    for act in (desk.claims.give_back, desk.claims.cancel):
        with pytest.raises(LeaseLost):
            act(lease)
    with pytest.raises(LeaseLost):
        desk.claims.fail(lease, BAD, retryable=True)


class Ticketed:
    """A job that runs, whose ticket is handed out a second time."""

    def __init__(self, desk: Desk) -> None:
        assert desk.queue.tickets is not None
        self.desk = desk
        self.job = desk.put()
        self.ticket = self.current()
        first = desk.claims.take("one", self.job.id, self.ticket)
        assert first is not None
        self.first = first

    def current(self) -> int:
        with self.desk.database.reading() as connection:
            found = connection.scalar(select(JobRow.ticket).where(JobRow.id == self.job.id))
        assert found is not None
        return found

    def again(self) -> Lease | None:
        return self.desk.claims.take("two", self.job.id, self.ticket)


@pytest.mark.postgresql
def test_a_ticket_that_is_handed_out_again_takes_no_job_from_who_has_not_told_yet_that_it_lives(
    cluster: Desk,
) -> None:
    ticketed = Ticketed(cluster)

    assert ticketed.again() is None
    assert outcomes(cluster, ticketed.job) == [None]

    cluster.finish(ticketed.first)

    assert ticketed.again() is None
    assert outcomes(cluster, ticketed.job) == [Outcome.DONE]


@pytest.mark.postgresql
def test_a_job_that_was_taken_from_the_dead_goes_on_with_a_new_ticket(cluster: Desk) -> None:
    ticketed = Ticketed(cluster)
    cluster.lose(ticketed.first)

    assert ticketed.current() != ticketed.ticket
    assert ticketed.again() is None
    assert cluster.take("two").fence > ticketed.first.fence


@pytest.mark.postgresql
def test_an_old_ticket_does_nothing(cluster: Desk) -> None:
    ticketed = Ticketed(cluster)
    cluster.claims.give_back(ticketed.first)

    assert ticketed.again() is None
    assert cluster.take().job.id == ticketed.job.id
    assert cluster.claims.take("two", 999_999, 1) is None


@pytest.mark.postgresql
def test_a_ticket_whose_job_was_lost_too_often_does_nothing(cluster: Desk) -> None:
    ticketed = Ticketed(cluster)
    cluster.claims.give_back(ticketed.first)
    for _ in range(3):
        cluster.lose(cluster.take())

    assert cluster.queue.get(ticketed.job.id).state is State.FAILED
    assert ticketed.again() is None


def test_claims_have_waits_of_their_own(table_desk: Desk) -> None:
    claims = Claims(table_desk.queue.ledger)

    assert claims.backoff != BACKOFF


def test_a_job_waits_for_what_is_away_as_long_as_it_takes(table_desk: Desk) -> None:
    table_desk.put(order=Order("analyze", "a", attempts=1))
    for turn in range(12):
        table_desk.wrong += timedelta(seconds=60)
        job = table_desk.claims.wait(table_desk.take(), BAD)
        ended = table_desk.queue.attempts(job.id)[turn].ended_at
        assert ended is not None

        assert (job.state, job.attempt, job.trouble) == (State.WAITING, 0, BAD)
        assert 5 <= (job.due_at - ended).total_seconds() <= 60, turn
        assert table_desk.next() is None
    assert set(outcomes(table_desk, job)) == {Outcome.GIVEN_BACK}


def test_what_waited_for_what_was_away_is_run_although_the_clock_is_set_back(
    table_desk: Desk,
) -> None:
    table_desk.put()
    table_desk.claims.wait(table_desk.take(), BAD)
    table_desk.wrong = timedelta(days=-1)

    assert table_desk.take().job.attempt == 1


def test_a_job_that_waits_for_what_is_away_can_be_cancelled(desk: Desk) -> None:
    desk.put()
    lease = desk.take()
    desk.queue.cancel(lease.job.id)

    assert desk.claims.wait(lease, BAD).state is State.CANCELLED
