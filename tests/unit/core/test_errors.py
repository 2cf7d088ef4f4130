import pickle

import pytest

from huiting.core.errors import (
    ConfigError,
    Conflict,
    EngineError,
    Forbidden,
    HuitingError,
    InputError,
    ModelUnavailable,
    Refusal,
    StoreError,
    TooMany,
    Unauthenticated,
    UndecodableAudio,
    Unknown,
    UnknownCall,
)

ALL: list[type[HuitingError]] = [
    ConfigError,
    Conflict,
    EngineError,
    Forbidden,
    InputError,
    ModelUnavailable,
    Refusal,
    StoreError,
    TooMany,
    Unauthenticated,
    UndecodableAudio,
    Unknown,
    UnknownCall,
]


def test_a_message_is_subject_reason_and_remedy() -> None:
    error = InputError("a.wav", "not audio", "give an audio file")

    assert str(error) == "a.wav: not audio; give an audio file"
    assert (error.subject, error.reason, error.remedy) == (
        "a.wav",
        "not audio",
        "give an audio file",
    )


def test_codes_are_the_ones_clients_know() -> None:
    assert sorted(kind.code for kind in ALL) == [
        "config",
        "conflict",
        "engine",
        "forbidden",
        "input",
        "model-unavailable",
        "refused",
        "store",
        "too-many",
        "unauthenticated",
        "undecodable-audio",
        "unknown",
        "unknown-call",
    ]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)
def test_an_error_survives_a_trip_between_processes(kind: type[HuitingError]) -> None:
    error = pickle.loads(pickle.dumps(kind("a", "b", "c")))

    assert type(error) is kind
    assert (error.subject, error.reason, error.remedy) == ("a", "b", "c")


def test_only_the_devices_faults_are_retried() -> None:
    assert {kind for kind in ALL if kind.retryable} == {EngineError, StoreError}


def test_the_wait_of_a_refusal_survives_too() -> None:
    assert pickle.loads(pickle.dumps(TooMany("a", "b", "c", 30.0))).wait == 30.0
