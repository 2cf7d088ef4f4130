"""Suspected together, condemned alone."""

from collections.abc import Collection

import pytest

from huiting.jobs.host.blame import (
    MOST_CRASHES,
    MOST_KILLS,
    REMEMBERED,
    Blame,
    Groups,
    Record,
    killed,
)

X, Y, Z = b"x", b"y", b"z"


def alone(blame: Blame, record: Record, *steps: bytes) -> None:
    """Let a task take the process down while nothing else runs."""
    blame.died([record], steps, running=1)


def test_of_several_tasks_each_is_suspected_and_none_condemned() -> None:
    blame, records = Blame(), [Record() for _ in range(3)]
    for _ in range(5):
        blame.died(records, [X, Y], running=3)

    assert all(record.suspect and not record.condemned for record in records)
    assert (set(blame.apart), blame.skipped) == ({X, Y}, ())


def test_a_task_is_tried_alone_twice_after_it_was_suspected() -> None:
    blame, record = Blame(), Record()
    tried = []
    for _ in range(3):
        alone(blame, record)
        tried.append(record.condemned)

    assert tried == [False, False, True]
    assert record.crashes == 3


def test_a_step_that_falls_by_itself_twice_is_skipped_and_its_task_cleared() -> None:
    blame, record = Blame(), Record()
    alone(blame, record, X, Y)  # together: suspected
    alone(blame, record, X)
    assert (set(blame.apart), blame.skipped) == ({X, Y}, ())
    alone(blame, record, X)

    assert (list(blame.apart), list(blame.skipped)) == ([Y], [X])
    assert not record.condemned


@pytest.mark.parametrize(
    ("steps", "strikes"),
    [
        pytest.param([X, Y], 0, id="several steps at once say nothing of any"),
        pytest.param([X], 1, id="one does"),
    ],
)
def test_only_a_step_by_itself_is_held_against_it(steps: Collection[bytes], strikes: int) -> None:
    blame, record = Blame(), Record(suspect=True)
    blame.died([record], steps, running=1)

    assert record.alone == strikes
    assert set(blame.apart) == set(steps)


def test_a_step_is_not_condemned_while_other_tasks_run() -> None:
    blame, record = Blame(), Record()
    for _ in range(4):
        blame.died([record], [X], running=2)

    assert blame.skipped == ()


def test_a_step_that_native_code_comes_back_from_is_cleared() -> None:
    blame = Blame()
    alone(blame, Record(), X)
    blame.passed([X])
    alone(blame, Record(), X)

    assert blame.skipped == ()
    blame.passed([X, Y])  # together with others it says less
    assert list(blame.apart) == [X]
    blame.settle()
    assert list(blame.apart) == []


def test_whatever_is_found_a_task_does_not_go_on_for_ever() -> None:
    blame, record = Blame(), Record()
    for number in range(MOST_CRASHES):
        assert not record.condemned
        alone(blame, record, b"%d" % number, b"other %d" % number)

    assert record.condemned


def test_to_be_killed_is_no_fault_but_it_ends() -> None:
    record = Record()
    for _ in range(MOST_KILLS - 1):
        killed([record])
    assert (record.condemned, record.suspect) == (False, False)
    killed([record])

    assert record.condemned


def test_of_condemned_steps_the_latest_are_kept_in_mind() -> None:
    blame = Blame()
    for number in range(REMEMBERED + 5):
        for _ in range(2):
            alone(blame, Record(), b"%d" % number)

    assert len(blame.skipped) == REMEMBERED
    assert b"4" not in blame.skipped
    assert b"5" in blame.skipped


def test_what_is_under_way_is_what_was_entered_and_not_left() -> None:
    groups = Groups()
    groups.enter(1, (X, Y))
    groups.enter(2, (Y, Z))

    assert set(groups.under_way) == {X, Y, Z}
    assert len(groups.under_way) == 3
    assert groups.leave(1) == (X, Y)
    assert groups.leave(1) == ()
    assert set(groups.under_way) == {Y, Z}
