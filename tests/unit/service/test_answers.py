"""A request with a key is done once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from empty_stores import empty_store
from huiting.core.errors import Conflict, InputError
from huiting.service.answers import Answers, Said
from huiting.store import Store
from served import PEOPLE, Clock

ROOT = PEOPLE["root"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path, clock: Clock) -> Iterator[Answers]:
    with Store.open(empty_store(tmp_path / "calls.db")) as store:
        yield Answers(store, clock)


def said(body: bytes = b"1") -> Said:
    return Said(201, body, "/here")


def test_what_was_said_is_said_again_for_a_day(kept: Answers, clock: Clock) -> None:
    first = kept.once(ROOT, "k", "d", said)
    clock.at += timedelta(hours=23)
    again = kept.once(ROOT, "k", "d", lambda: said(b"2"))
    clock.at += timedelta(hours=2)
    anew = kept.once(ROOT, "k", "d", lambda: said(b"3"))

    assert not first.again
    assert (again.again, again.status, again.body, again.location) == (True, 201, b"1", "/here")
    assert anew.body == b"3"


def test_without_a_key_everything_is_done(kept: Answers) -> None:
    assert kept.once(ROOT, None, "d", said).body == b"1"
    assert kept.once(ROOT, None, "d", lambda: said(b"2")).body == b"2"


def test_a_key_is_for_one_request_and_one_person(kept: Answers) -> None:
    kept.once(ROOT, "k", "d", said)

    with pytest.raises(InputError, match="another request"):
        kept.once(ROOT, "k", "other", said)
    assert not kept.once(PEOPLE["other"], "k", "other", said).again


def test_the_same_at_the_same_time_is_a_conflict(kept: Answers) -> None:
    def meanwhile() -> Said:
        with pytest.raises(Conflict, match="being worked on"):
            kept.once(ROOT, "k", "d", said)
        return said()

    assert kept.once(ROOT, "k", "d", meanwhile).body == b"1"


def test_after_an_error_the_key_is_as_if_never_used(kept: Answers) -> None:
    def fails() -> Said:
        raise InputError("it", "is so", "do this")

    with pytest.raises(InputError, match="is so"):
        kept.once(ROOT, "k", "d", fails)

    assert not kept.once(ROOT, "k", "other", said).again


def test_a_request_whose_process_died_can_be_sent_again(kept: Answers, clock: Clock) -> None:
    kept._begun(ROOT.id, "k", "d")  # and no further
    clock.at += timedelta(minutes=16)

    assert kept.once(ROOT, "k", "d", said).body == b"1"
