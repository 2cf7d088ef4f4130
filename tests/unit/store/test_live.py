"""Live calls that are kept: what was told of them, until their recording goes."""

from dataclasses import replace
from datetime import timedelta

from huiting.store import Store, keeping, live
from huiting.store.live import LiveCall, LiveCalls
from unit.store.stored import NOON

BEGUN = LiveCall("a1", "user:1", {"team": "A"}, None, NOON)
ENDED = replace(
    BEGUN, ended_at=NOON + timedelta(minutes=3), why="finished", duration=180.0,
    recording="ab" * 32, told=b"[]",
)  # fmt: skip


def test_a_call_is_kept_from_its_beginning(store: Store) -> None:
    calls = LiveCalls(store.database)
    calls.begin(BEGUN)
    begun = calls.find("a1")
    calls.end(ENDED)

    assert begun == BEGUN
    assert calls.find("a1") == ENDED
    assert calls.of("ab" * 32) == ENDED
    assert calls.find("b2") is None
    assert calls.of("cd" * 32) is None


def test_a_call_whose_beginning_is_not_known_is_written_whole(store: Store) -> None:
    calls = LiveCalls(store.database)
    calls.end(ENDED)

    assert calls.find("a1") == ENDED


def test_of_two_calls_with_the_same_sound_the_last_is_that_of_the_recording(store: Store) -> None:
    calls = LiveCalls(store.database)
    calls.end(replace(ENDED, id="b2", at=NOON + timedelta(hours=1)))
    calls.end(ENDED)

    found = calls.of("ab" * 32)
    assert found is not None
    assert found.id == "b2"


def test_calls_without_a_recording_go_when_they_are_old(store: Store) -> None:
    calls = LiveCalls(store.database)
    calls.end(ENDED)
    calls.end(replace(ENDED, id="b2", recording=None))
    calls.end(replace(ENDED, id="c3", recording=None, at=NOON + timedelta(days=2)))

    assert calls.prune(NOON + timedelta(days=1)) == 1
    assert [calls.find(name) is None for name in ("a1", "b2", "c3")] == [False, True, False]


def test_what_was_told_of_a_recording_goes_with_it(store: Store) -> None:
    calls = LiveCalls(store.database)
    calls.end(ENDED)
    calls.end(replace(ENDED, id="b2", recording="cd" * 32))
    with store.database.writing() as connection:
        live.forget(connection, "ab" * 32)
    calls.drop("b2")

    assert calls.find("a1") is None
    assert calls.find("b2") is None


def test_calls_on_legal_hold_stay_when_they_are_old(store: Store) -> None:
    calls = LiveCalls(store.database)
    with store.database.writing() as connection:
        keeping.add_hold(connection, keeping.Hold("a trial", "user:1", NOON, None, {"team": "A"}))
    for name, team in (("a1", "A"), ("b2", "B"), ("c3", "A")):
        calls.end(replace(ENDED, id=name, recording=None, metadata={"team": team}))

    assert calls.prune(NOON + timedelta(days=1)) == 1
    assert [calls.find(name) is None for name in ("a1", "b2", "c3")] == [False, True, False]
    assert calls.prune(NOON + timedelta(days=1)) == 0
