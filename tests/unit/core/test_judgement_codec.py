import json
from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, says
from huiting.core.calming import after_upset
from huiting.core.curves import curves
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
from huiting.core.judgement_codec import from_json, to_json, with_emotion
from huiting.core.types import Emotion, EmotionLabel, Role, Span

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


def test_beside_the_call_it_tells_how_the_parties_felt_and_still_reads_back() -> None:
    angry = Emotion(EmotionLabel.ANGRY, 0.8, arousal=0.7, valence=-0.6)
    said = [
        replace(says(CUSTOMER, 2, 6, "太慢了"), emotion=angry),
        says(AGENT, 7, 9, "非常抱歉"),
        replace(says(CUSTOMER, 24, 28, "好的"), emotion=Emotion(EmotionLabel.NEUTRAL, 0.9)),
    ]
    written = with_emotion(FULL, curves(said, 30), after_upset(said))
    emotion = json.loads(written)["emotion"]
    customer, agent = emotion["curves"]

    assert from_json(written) == FULL
    assert (customer["role"], customer["known"], customer["lines"]) == ("customer", 2, 2)
    assert customer["first_third"] == {"valence": -0.6, "arousal": 0.7, "anger": 0.8}
    assert (customer["rise"], customer["last_third"]["valence"]) == (0.6, 0.0)
    assert customer["points"][0] == {
        "time": 0.0, "valence": -0.6, "arousal": 0.7, "anger": 0.8, "segments": 1,
    }  # fmt: skip
    assert (agent["points"], agent["rise"]) == ([], None)
    (upset,) = emotion["upset"]
    assert (upset["label"], upset["start"], upset["answer"]) == ("ANGRY", 2, "apology")
    assert (upset["answered_after"], upset["softened"], upset["softened_after"]) == (1, True, 18)
