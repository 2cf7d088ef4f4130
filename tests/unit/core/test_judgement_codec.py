import json

import pytest

from huiting.core.errors import InputError
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Match,
    Score,
    ScoredItem,
    Severity,
    Verdict,
)
from huiting.core.judgement_codec import from_json, to_json
from huiting.core.types import Role, Span

SAID = Evidence(EvidenceKind.SAID, Span(1, 2.5), 0, Role.AGENT, 3, "您好", Match.SOUNDS_LIKE, 0.875)
FULL = Judgement(
    call="ab" * 32,
    findings=(
        Finding("greeting", 2, Verdict.PASS, 2.0, (SAID,), "开场", Severity.MAJOR, "先说您好"),
        Finding("hold", 1, Verdict.NOT_APPLICABLE),
    ),
    scores=(
        Score(
            "service", 1, 95.5, 100.0,
            (ScoredItem("a", "问候", "开场", 5, 5, Verdict.PASS, rules=("greeting",)),),
            grade="A",
        ),
    ),
    rules="d" * 64,
    problems={"ask": "no language model is set"},
)  # fmt: skip


def test_a_judgement_comes_back_as_it_was() -> None:
    assert from_json(to_json(FULL)) == FULL
    assert from_json(to_json(Judgement("a"))) == Judgement("a")


def test_the_same_judgement_gives_the_same_bytes() -> None:
    assert to_json(FULL) == to_json(from_json(to_json(FULL)))
    assert to_json(FULL).startswith(b'{"format":"huiting.judgement","version":1,"call":')


def test_what_utf8_cannot_hold_comes_back() -> None:
    odd = Judgement("a", problems={"name": "call-\udcff.wav"})

    assert from_json(to_json(odd)) == odd


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"{", "not JSON", id="not JSON"),
        pytest.param(b"[]", "not a judgement", id="no object"),
        pytest.param(b'{"format":"huiting.analysis"}', "not a judgement", id="something else"),
        pytest.param(
            b'{"format":"huiting.judgement","version":9}', "update Huiting", id="a later version"
        ),
        pytest.param(
            b'{"format":"huiting.judgement","version":1}', "damaged", id="without its call"
        ),
    ],
)
def test_what_is_no_judgement_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_json(data, "call.wav")


def test_it_is_plain_json() -> None:
    body = json.loads(to_json(FULL))

    assert body["findings"][0]["evidence"][0]["quote"] == "您好"
    assert body["findings"][1]["verdict"] == "n/a"
