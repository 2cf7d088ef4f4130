"""Tickets that were handed to workers that died before they used them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from huiting.jobs._rows import changing
from huiting.jobs.cluster.strays import Strays
from huiting.jobs.cluster.tickets import Tickets
from huiting.jobs.work.backoff import Backoff
from unit.jobs.desk import Desk


def test_a_ticket_is_lost_when_it_was_seen_unused_for_a_whole_lease() -> None:
    strays = Strays(3)

    assert [strays.look([7]) for _ in range(5)] == [set(), set(), set(), {7}, {7}]


def test_a_ticket_that_was_used_meanwhile_is_not_lost() -> None:
    strays = Strays(1)
    strays.look([7, 8])

    assert strays.look([8]) == {8}
    assert strays.look([7]) == set()


def handed_to_the_dead(desk: Desk) -> tuple[Tickets, int]:
    """Have a worker die that was handed the one ticket, then set the server's clock back."""
    tickets = desk.queue.tickets
    assert tickets is not None
    with changing(desk.database) as connection:
        schema = f'"{tickets.schema}".'
        worker = connection.scalar(text(f"SELECT {schema}procrastinate_register_worker_v1()"))
        fetched = text(f"SELECT id FROM {schema}procrastinate_fetch_job_v2(NULL, :worker)")
        ticket = connection.scalar(fetched, {"worker": worker})
        beat = text(f"UPDATE {schema}procrastinate_workers SET last_heartbeat = now() + :off")
        connection.execute(beat, {"off": timedelta(hours=1)})
    assert ticket is not None
    return tickets, ticket


@pytest.mark.postgresql
def test_the_job_of_a_ticket_that_is_lost_gets_a_new_one_whatever_the_clock_says(
    cluster: Desk,
) -> None:
    job = cluster.put()
    tickets, ticket = handed_to_the_dead(cluster)
    strays = Strays(1)

    assert tickets.handed() == {ticket}
    assert tickets.reissue(Backoff(), strays.look(tickets.handed())) == 0
    assert tickets.reissue(Backoff(), strays.look(tickets.handed())) == 1
    assert tickets.handed() == set()
    assert cluster.take().job.id == job.id
    assert cluster.claims.take("late", job.id, ticket) is None


@pytest.mark.postgresql
def test_a_ticket_whose_job_runs_is_not_lost(cluster: Desk) -> None:
    job = cluster.put()
    tickets, ticket = handed_to_the_dead(cluster)
    assert cluster.claims.take("one", job.id, ticket) is not None

    assert tickets.handed() == set()
