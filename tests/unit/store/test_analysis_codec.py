"""Stored analyses are read quickly, and always as `core.codec` reads them."""

import json
import zlib
from dataclasses import replace
from datetime import datetime

import pytest

from fakes import analysis, call, says
from huiting.core.analysis import Analysis
from huiting.core.codec import from_json, to_json
from huiting.core.errors import InputError
from huiting.core.types import Role
from huiting.store._analysis_codec import analysis_of, told_of
from stock import Stock


def stored(kept: Analysis) -> bytes:
    return zlib.compress(to_json(kept))


def named(path: str) -> Analysis:
    made = analysis(call(says(Role.AGENT, 0.0, 1.0, "您好")))
    recording = replace(
        made.call.recording, path=path, started_at=datetime.fromisoformat("2025-03-28T08:30:12+08:00")
    )  # fmt: skip
    return replace(made, call=replace(made.call, recording=recording))


CASES = [
    pytest.param(named("a.wav"), id="a small one"),
    pytest.param(named("\udcff.wav"), id="a name that is not UTF-8"),
    pytest.param(Stock(10, 100).analysis(3), id="a whole one"),
]


@pytest.mark.parametrize("kept", CASES)
def test_an_analysis_comes_back_as_it_was(kept: Analysis) -> None:
    found = analysis_of(stored(kept), "a.wav")

    assert found == from_json(to_json(kept))
    assert found.call.recording.started_at == kept.call.recording.started_at
    assert to_json(found) == to_json(kept)


@pytest.mark.parametrize("kept", CASES)
def test_what_is_said_comes_without_words(kept: Analysis) -> None:
    told = told_of(stored(kept), "a.wav")

    assert told.call.recording == kept.call.recording
    assert told.entities == kept.meaning.entities
    assert [(s.text, s.spoken, s.edits, s.span, s.role) for s in told.call.segments] == [
        (s.text, s.spoken, s.edits, s.span, s.role) for s in kept.call.segments
    ]


def test_an_earlier_format_is_still_read() -> None:
    kept = named("a.wav")
    body = json.loads(to_json(kept)) | {"version": 1}
    first = zlib.compress(json.dumps(body).encode())

    assert analysis_of(first, "a.wav") == from_json(to_json(kept))
    assert told_of(first, "a.wav").call == kept.call


@pytest.mark.parametrize("read", [analysis_of, told_of], ids=["whole", "texts"])
def test_a_later_format_is_refused(read: object) -> None:
    assert callable(read)
    body = json.loads(to_json(named("a.wav"))) | {"version": 99}
    with pytest.raises(InputError, match="format version 99"):
        read(zlib.compress(json.dumps(body).encode()), "a.wav")


@pytest.mark.parametrize("read", [analysis_of, told_of], ids=["whole", "texts"])
def test_damage_is_told(read: object) -> None:
    assert callable(read)
    with pytest.raises(InputError, match=r"a\.wav"):
        read(zlib.compress(b'{"format": "huiting.analysis", "version": 2}'), "a.wav")
