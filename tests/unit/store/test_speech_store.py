"""How likely somebody speaks is kept by bytes and settings, and goes with the recording."""

from datetime import timedelta

import pytest

from huiting.store import Store, erasing
from huiting.store._index import index_for
from huiting.store.speech import Speeches, hand_in, keep
from speeches import speech
from unit.store.stored import NOON, heard, identity

A, B = identity("a"), identity("b")


@pytest.fixture
def store(target: str) -> Store:
    return Store.open(target)


def test_a_measurement_is_found_by_bytes_and_settings(store: Store) -> None:
    kept = Speeches(store.database)
    with store.database.writing() as connection:
        keep(connection, A, "old", speech(100), NOON)
        for frames in (200, 250):
            keep(connection, A, "new", speech(frames), NOON)

    assert kept.find(A, "old") == speech(100)
    assert kept.find(A, "new") == speech(250)
    assert kept.find(B, "new") is None
    store.close()


def test_each_has_their_own_name_for_a_file(store: Store) -> None:
    kept = Speeches(store.database)
    with store.database.writing() as connection:
        for owner, name in (("user:1", "x.wav"), ("user:2", "y.wav"), ("user:1", "z.wav")):
            hand_in(connection, A, owner, name, NOON)

    assert [kept.name(A, f"user:{n}") for n in (1, 2, 3)] == ["z.wav", "y.wav", None]
    assert (kept.handed_in(A), kept.handed_in(B)) == (True, False)
    store.close()


def test_what_is_old_goes_and_what_is_new_stays(store: Store) -> None:
    kept = Speeches(store.database)
    with store.database.writing() as connection:
        for audio, days in ((A, 5), (B, 1)):
            keep(connection, audio, "settings", speech(50), NOON - timedelta(days))
            hand_in(connection, audio, "user:1", "x.wav", NOON - timedelta(days))

    assert kept.prune(NOON - timedelta(2)) == 1
    assert kept.find(A, "settings") is None
    assert not kept.handed_in(A)
    assert kept.find(B, "settings") is not None
    assert kept.handed_in(B)
    store.close()


@pytest.mark.parametrize("whole", [True, False], ids=["the call", "its audio alone"])
def test_it_goes_with_the_recording(store: Store, *, whole: bool) -> None:
    kept = Speeches(store.database)
    store.save(heard("a", "您好"), at=NOON)
    with store.database.writing() as connection:
        for audio in (A, B):
            keep(connection, audio, "settings", speech(50), NOON)
            hand_in(connection, audio, "user:1", "x.wav", NOON)
        if whole:
            erasing.erase(connection, index_for(connection.dialect.name), A)
        else:
            erasing.forget_audio(connection, A)

    assert (kept.find(A, "settings"), kept.handed_in(A)) == (None, False)
    assert kept.find(B, "settings") is not None
    store.close()
