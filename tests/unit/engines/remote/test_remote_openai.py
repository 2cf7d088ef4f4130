"""The engine against a real server on this machine, with the answers and faults of others."""

import gzip
import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hotword, Hypothesis
from huiting.core.types import Audio, EmotionLabel, EventLabel
from huiting.engines.remote import Remote
from huiting.engines.remote._circuit import FAILURES
from huiting.engines.remote._openai import AGAIN, FAILED
from huiting.engines.remote._wire import LARGEST
from recognition_server import MODELS, Asked, Reply, quick, serving, usual

ZH = Hints("zh")
ANY = Hints()


def clip(seconds: float = 2.0, seed: int = 0) -> Audio:
    samples = np.random.default_rng(seed).normal(0, 0.1, round(seconds * 16_000))
    return Audio(samples.astype(np.float32), 16_000)


def hear(made: Remote, hints: Hints = ANY, seconds: float = 2.0) -> Hypothesis:
    (heard,) = made.transcribe([clip(seconds)], hints)
    return heard


def says(body: object, status: int = 200, **headers: str) -> Callable[[Asked], Reply]:
    return lambda _: Reply(body, status, headers)


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    """Answer with each once, then as usual."""
    left = list(replies)
    lock = threading.Lock()

    def reply(asked: Asked) -> Reply:
        with lock:
            return left.pop(0) if left else usual(asked)

    return reply


def test_what_is_known_is_sent_and_all_that_can_be_known_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    hints = Hints("zh", (Hotword("鑫诚宝"), Hotword("Mate 70"), Hotword("鑫诚宝")))
    with serving() as server:
        hear(quick(server.url, key=str(tmp_path / "key"), model="large"), hints)

    (asked,) = server.asked
    assert (asked.path, asked.authorization) == ("/v1/audio/transcriptions", "Bearer secret")
    assert asked.fields == {
        "model": ["large"],
        "response_format": ["verbose_json"],
        "timestamp_granularities[]": ["word", "segment"],
        "prompt": ["鑫诚宝, Mate 70"],
        "language": ["zh"],
    }


def test_the_sound_arrives_as_it_was() -> None:
    with serving() as server:
        hear(quick(server.url))

    (asked,) = server.asked
    heard = np.frombuffer(asked.samples, "<i2")
    assert asked.rate == 16_000
    assert np.abs(heard - clip().samples * 32768).max() <= 0.5


def test_without_a_key_none_is_sent_and_the_only_model_is_taken() -> None:
    with serving() as server:
        hear(quick(server.url))

    (asked,) = server.asked
    assert asked.authorization is None
    assert asked.fields["model"] == ["asr"]


@pytest.mark.parametrize(
    "models",
    [
        pytest.param(Reply({"data": [{"id": "a"}, {"id": "b"}]}), id="several"),
        pytest.param(Reply({"data": []}), id="none"),
        pytest.param(Reply({"detail": "no"}, 404), id="no list"),
        pytest.param(Reply(raw=b"<html>"), id="a page"),
        pytest.param(Reply({"data": [7, {"id": None}, {"id": ""}]}), id="nonsense"),
        pytest.param(Reply(None, 503), id="a failure"),
    ],
)
def test_a_model_that_cannot_be_found_out_must_be_named(models: Reply) -> None:
    with serving(models=models) as server:
        with pytest.raises(EngineError):
            hear(quick(server.url, retries=0))
        assert hear(quick(server.url, model="a", retries=0)).text


def test_a_name_of_the_server_for_a_language_is_used() -> None:
    with serving() as server:
        made = quick(server.url, language_names={"zh": "中文", "en": ""})
        hear(made, ZH)
        hear(made, Hints("en"))
        hear(made, Hints("ja"))

    assert [a.fields.get("language") for a in server.asked] == [["中文"], None, ["ja"]]


def test_hotwords_go_where_they_are_wanted_and_the_weightiest_if_not_all_fit() -> None:
    words = (*(Hotword("字" * 9 + chr(0x4E00 + n)) for n in range(40)), Hotword("要紧", 2.0))
    with serving() as server:
        hear(quick(server.url, hotwords="hotwords"), Hints(hotwords=words))
        hear(quick(server.url, hotwords="none"), Hints(hotwords=words))

    first, second = server.asked
    sent = first.fields["hotwords"][0]
    assert sent.endswith(", 要紧")
    assert 150 < len(sent) <= 200
    assert not {"prompt", "hotwords"} & second.fields.keys()


def test_a_refused_option_is_left_out_from_then_on() -> None:
    def reply(asked: Asked) -> Reply:
        if "prompt" in asked.fields:
            return Reply({"error": {"message": "unknown", "param": "prompt"}}, 400)
        return usual(asked)

    hints = Hints("zh", (Hotword("鑫诚宝"),))
    with serving(reply) as server:
        made = quick(server.url)
        assert [bool(h.text) for h in made.transcribe([clip()] * 5, hints)] == [True] * 5

    assert ["prompt" in a.fields for a in server.asked] == [True] + [False] * 5
    assert all("language" in a.fields for a in server.asked)


def test_without_verbose_answers_the_text_alone_is_asked_for() -> None:
    """As vLLM refuses for models that give no times of segments."""

    def reply(asked: Asked) -> Reply:
        if asked.wanted == "verbose_json":
            message = "Currently do not support verbose_json for Qwen/Qwen3-ASR-1.7B"
            return Reply(
                {"error": {"message": message, "type": "BadRequestError", "param": None}}, 400
            )
        if "include[]" in asked.fields:
            return Reply({"detail": [{"loc": ["body", "include"], "msg": "extra"}]}, 422)
        return Reply({"text": "我要退货。", "usage": {"type": "duration", "seconds": 2}})

    with serving(reply) as server:
        made = quick(server.url)
        heard = list(made.transcribe([clip()] * 3, ZH))

    assert [(h.text, h.words, h.confidence) for h in heard] == [("我要退货。", (), None)] * 3
    wanted = [(a.wanted, "include[]" in a.fields) for a in server.asked]
    assert wanted == [
        ("verbose_json", False),
        ("json", False),
        ("json", True),
        ("json", False),
        ("json", False),
    ]


def test_a_refusal_that_names_nothing_is_taken_for_all_that_was_not_needed() -> None:
    def reply(asked: Asked) -> Reply:
        return Reply(None, 400) if "language" in asked.fields else usual(asked)

    with serving(reply) as server:
        made = quick(server.url)
        assert hear(made, ZH).text
        assert hear(made, ZH).text

    assert [a.wanted for a in server.asked] == ["verbose_json", "json", "json"]


def test_a_language_that_is_refused_is_not_asked_for_others_are() -> None:
    def reply(asked: Asked) -> Reply:
        if asked.fields.get("language") == ["yue"]:
            return Reply({"error": {"message": "Unsupported language: 'yue'"}}, 400)
        return usual(asked)

    with serving(reply) as server:
        made = quick(server.url)
        for language in ("zh", "yue", "yue", "zh"):
            assert hear(made, Hints(language)).language == language

    assert [a.fields.get("language", [""])[0] for a in server.asked] == [
        "zh", "yue", "", "", "zh",
    ]  # fmt: skip


def test_an_option_once_taken_is_left_out_for_one_clip_alone() -> None:
    long = Reply({"error": {"message": "the prompt is too long"}}, 400)
    hints = Hints(hotwords=(Hotword("鑫诚宝"),))
    with serving() as server:
        made = quick(server.url)
        hear(made, hints)
    replies = in_turn(long)
    with serving(replies) as server:
        made.server.address = type(made.server.address).of(server.url)  # type: ignore[attr-defined]
        hear(made, hints)
        hear(made, hints)

    assert ["prompt" in a.fields for a in server.asked] == [True, False, True]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 307, 204])
def test_a_refusal_for_good_is_told_and_not_asked_again(status: int) -> None:
    waits: list[float] = []
    secret = {"error": {"message": "Incorrect key sk-abc of 我要退货"}}
    location = {"Location": "http://8.8.8.8/v1/audio/transcriptions"} if status == 307 else {}
    with (
        serving(lambda _: Reply(secret, status, location)) as server,
        pytest.raises(EngineError) as refused,
    ):
        hear(quick(server.url, waits))

    assert f"HTTP {status}" in str(refused.value)
    assert "sk-abc" not in str(refused.value)
    assert "退货" not in str(refused.value)
    assert waits == []
    assert len(server.asked) == (2 if status in {400, 422} else 1)


@pytest.mark.parametrize("status", sorted(AGAIN | FAILED))
def test_a_passing_failure_is_asked_again(status: int) -> None:
    waits: list[float] = []
    with serving(in_turn(Reply(None, status), Reply(None, status))) as server:
        assert hear(quick(server.url, waits)).text

    assert len(server.asked) == 3
    assert 0.5 <= waits[0] <= 1.5
    assert 1.0 <= waits[1] <= 3.0


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_a_pause_gets_it(status: int) -> None:
    waits: list[float] = []
    replies = in_turn(
        Reply(None, status, {"Retry-After": "7"}),
        Reply(None, status, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        Reply(None, status, {"Retry-After": "nan"}),
    )
    with serving(replies) as server:
        hear(quick(server.url, waits))

    assert waits[0] == 7.0
    assert all(wait < 7 for wait in waits[1:])


def test_a_server_that_asks_for_a_long_pause_is_left_to_a_later_try() -> None:
    waits: list[float] = []
    with (
        serving(says(None, 429, **{"Retry-After": "3600"})) as server,
        pytest.raises(EngineError, match="no answer in 1 tries: HTTP 429"),
    ):
        hear(quick(server.url, waits))

    assert (len(server.asked), waits) == (1, [])


def test_tries_end() -> None:
    with (
        serving(says(None, 429)) as server,
        pytest.raises(EngineError, match="no answer in 3 tries: HTTP 429"),
    ):
        hear(quick(server.url, retries=2))

    assert len(server.asked) == 3


def test_a_body_that_is_cut_off_is_asked_for_again() -> None:
    with serving(in_turn(Reply({"text": "我要"}, cut=100))) as server:
        assert hear(quick(server.url)).text

    assert len(server.asked) == 2


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    slow = threading.Event()

    def reply(asked: Asked) -> Reply:
        slow.wait(10)
        return usual(asked)

    with serving(reply) as server:
        began = time.monotonic()
        with pytest.raises(EngineError, match="nothing in 0 s"):
            hear(quick(server.url, timeout=0.2, retries=0), seconds=0.1)
        took = time.monotonic() - began
        slow.set()

    assert took < 5


def test_a_server_that_is_not_there_is_left_alone_after_a_while() -> None:
    with serving() as server:
        made = quick(server.url, model="asr", retries=FAILURES + 3)

    with pytest.raises(EngineError, match=r"left alone since .* no connection"):
        hear(made)
    began = time.monotonic()
    with pytest.raises(EngineError, match="left alone since"):
        list(made.transcribe([clip()] * 50, ANY))
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(raw=b"<html><body>Log in</body></html>"), id="a page"),
        pytest.param(Reply({"error": {"message": "no"}}), id="an error that claims to be none"),
        pytest.param(Reply({"text": None}), id="no text"),
        pytest.param(Reply([{"text": "a"}]), id="a list"),
        pytest.param(Reply(7), id="a number"),
        pytest.param(Reply(raw=b"[" * 100_000), id="lists without end"),
        pytest.param(Reply(raw=b'{"text": "a", '), id="half an object"),
        pytest.param(Reply(raw=b'"' + b"a" * LARGEST + b'"'), id="too much"),
    ],
)
def test_what_is_no_transcription_is_no_text(reply: Reply) -> None:
    with serving(lambda _: reply) as server, pytest.raises(EngineError, match="its answer"):
        hear(quick(server.url))

    assert len(server.asked) == 1


BROKEN: list[object] = [
    {"text": "我要退货", "segments": None, "words": 7, "language": 5},
    {"text": "我要退货", "segments": [7, None, {"avg_logprob": "x", "words": [3, {}]}]},
    {"text": "我要退货", "words": [{"word": "我", "start": True, "end": 10**400}, {"word": 7}]},
    {"text": "我要退货", "segments": [{"avg_logprob": 0.0, "text": "我", "tokens": "x"}]},
    {"text": "我要退货", "segments": [{"avg_logprob": 5}], "languages": [], "logprobs": {}},
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_what_is_wrong_beside_the_text_is_left_out(body: object) -> None:
    with serving(says(body)) as server:
        heard = hear(quick(server.url))

    assert (heard.text, heard.words, heard.confidence) == ("我要退货", (), None)
    assert heard.language is None


def test_numbers_that_are_none_are_no_times() -> None:
    raw = b'{"text": "\\ud83d hi", "words": [{"word": "hi", "start": NaN, "end": Infinity}]}'
    with serving(lambda _: Reply(raw=raw)) as server:
        heard = hear(quick(server.url))

    assert heard.text.endswith("hi")
    assert heard.text.encode()
    assert heard.words == ()


OPENAI = {
    "task": "transcribe", "language": "english", "duration": 2.0,
    "text": "I want to return it.", "usage": {"type": "duration", "seconds": 2},
    "words": [
        {"word": "I", "start": 0.1, "end": 0.2}, {"word": "want", "start": 0.2, "end": 0.5},
        {"word": "to", "start": 0.5, "end": 0.6}, {"word": "return", "start": 0.7, "end": 1.1},
        {"word": "it", "start": 1.1, "end": 1.3},
    ],
    "segments": [
        {"id": 0, "seek": 0, "start": 0.0, "end": 2.0, "text": " I want to return it.",
         "tokens": [286, 528, 281, 2736, 309, 13], "temperature": 0.0, "avg_logprob": -0.25,
         "compression_ratio": 0.8, "no_speech_prob": 0.01},
    ],
}  # fmt: skip
SPEACHES = OPENAI | {
    "language": "en",
    "words": None,
    "segments": [OPENAI["segments"][0] | {"words": OPENAI["words"]}],  # type: ignore[index]
}
VLLM_WHISPER = OPENAI | {"language": "en", "duration": "2.0", "words": None}
FUNASR_SERVER = {
    "task": "transcribe", "language": "zh", "duration": 2.0, "text": "I want to return it.",
    "segments": [
        {"id": 0, "start": 0.0, "end": 1.0, "text": "I want to", "words": []},
        {"id": 1, "start": 1.0, "end": 2.0, "text": "return it.", "words": []},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "words", "language", "confidence"),
    [
        pytest.param(OPENAI, 5, "en", 0.7788, id="OpenAI's whisper-1"),
        pytest.param(SPEACHES, 5, "en", 0.7788, id="speaches"),
        pytest.param(VLLM_WHISPER, 0, "en", 0.7788, id="vLLM with Whisper"),
        pytest.param(FUNASR_SERVER, 0, None, None, id="funasr-server"),
        pytest.param({"text": "I want to return it."}, 0, None, None, id="text alone"),
        pytest.param(
            {"text": "I want to return it.", "languages": [{"code": "en"}]}
            | {"logprobs": [{"token": "I", "logprob": -0.25}, {"token": " w", "logprob": -0.25}]},
            0, "en", 0.7788, id="OpenAI's gpt-4o-transcribe",
        ),
        pytest.param("I want to return it.", 0, None, None, id="a JSON string"),
        pytest.param(
            {"text": "language English<asr_text>I want to return it."},
            0, "en", None, id="Qwen3-ASR with its prefix",
        ),
    ],
)  # fmt: skip
def test_answers_of_known_servers(
    body: object, words: int, language: str | None, confidence: float | None
) -> None:
    names = ("fun-asr-nano", "sensevoice", "paraformer") if body is FUNASR_SERVER else ("asr",)
    models = Reply({"object": "list", "data": [{"id": n, "object": "model"} for n in names]})
    with serving(says(body), models) as server:
        heard = hear(quick(server.url, model=names[0]))

    assert heard.text == "I want to return it."
    assert len(heard.words) == words
    assert heard.language == language
    assert heard.confidence == (None if confidence is None else pytest.approx(confidence, abs=1e-4))


def test_an_answer_that_is_packed_is_not_unpacked() -> None:
    packed = Reply(raw=gzip.compress(b'{"text": "hi"}'), headers={"Content-Encoding": "gzip"})
    with (
        serving(lambda _: packed) as server,
        pytest.raises(EngineError, match="its answer is no transcription"),
    ):
        hear(quick(server.url))


def test_a_list_of_models_that_does_not_come_is_asked_for_a_few_times_more() -> None:
    with serving(models=Reply(None, 500)) as server:
        made = quick(server.url, model="asr")
        for _ in range(5):
            assert hear(made).text

    assert server.listed == 3


def test_plain_text_is_a_text() -> None:
    with serving(lambda _: Reply(raw="我要退货。\n".encode())) as server:
        assert hear(quick(server.url)).text == "我要退货。"


def test_tags_in_the_text_are_read() -> None:
    text = "<|zh|><|ANGRY|><|Laughter|><|withitn|>我要退货！<|1.20|>"
    with serving(says({"text": text})) as server:
        heard = hear(quick(server.url))

    assert (heard.text, heard.language) == ("我要退货！", "zh")
    assert heard.emotion is not None
    assert (heard.emotion.label, heard.emotion.score) == (EmotionLabel.ANGRY, None)
    assert [event.label for event in heard.events] == [EventLabel.LAUGHTER]


@pytest.mark.parametrize(
    ("body", "gate"),
    [
        pytest.param({"text": ""}, "empty", id="nothing"),
        pytest.param({"text": " 。"}, "empty", id="a full stop"),
        pytest.param({"text": "嗯嗯" * 60}, "repetition", id="a loop"),
        pytest.param({"text": "我们今天去看电影然后吃饭" * 2 + "再见朋友们下次"}, "too-fast", id="too fast"),
        pytest.param({"text": "<|nospeech|><|EMO_UNKNOWN|><|BGM|>"}, "no-speech", id="tagged so"),
        pytest.param(
            {"text": "谢谢观看", "segments": [{"avg_logprob": -1.9, "no_speech_prob": 0.9}]},
            "no-speech", id="of low probability",
        ),
    ],
)  # fmt: skip
def test_what_should_not_be_believed_is_not(body: object, gate: str) -> None:
    with serving(says(body)) as server:
        heard = hear(quick(server.url))

    assert (heard.text, heard.words, heard.gate) == ("", (), gate)


def test_an_empty_clip_is_not_sent_and_a_short_one_is_made_longer() -> None:
    with serving() as server:
        found = list(quick(server.url).transcribe([clip(0), clip(0.05)], ZH))

    assert found[0] == Hypothesis("", language="zh", gate="empty")
    assert [asked.seconds for asked in server.asked] == [0.25]


def test_clips_are_sent_side_by_side_within_bounds() -> None:
    together = threading.Barrier(4)

    def reply(asked: Asked) -> Reply:
        if len(server.asked) > 1:  # the first goes alone, to learn what the server takes
            together.wait(10)
        return usual(asked)

    with serving(reply) as server:
        found = list(
            quick(server.url, concurrency=4).transcribe([clip(seed=i) for i in range(13)], ZH)
        )
    alone = [usual(asked).body["text"] for asked in server.asked]

    assert server.most == 4
    assert sorted(h.text for h in found) == sorted(alone)


def test_who_stops_reading_stops_the_asking() -> None:
    hold = threading.Event()
    began = threading.Semaphore(0)

    def reply(asked: Asked) -> Reply:
        began.release()
        if len(server.asked) > 1:
            hold.wait(20)
        return usual(asked)

    with serving(reply) as server:
        made = quick(server.url, concurrency=2)
        found = made.transcribe([clip(seed=i) for i in range(20)], ZH)
        next(found)
        began.acquire()
        started = time.monotonic()
        found.close()  # type: ignore[attr-defined]
        took = time.monotonic() - started
        hold.set()

    assert took < 5
    assert len(server.asked) <= 4


def test_a_failure_ends_the_call_and_the_engine_goes_on() -> None:
    with serving(in_turn(usual(Asked("")), Reply(None, 401))) as server:
        made = quick(server.url, model="asr")
        with pytest.raises(EngineError, match="check the key"):
            list(made.transcribe([clip(seed=i) for i in range(6)], ZH))
        assert len(list(made.transcribe([clip()], ZH))) == 1


def test_the_language_is_what_the_server_says() -> None:
    with serving() as server:
        made = quick(server.url)
        assert list(made.languages([clip(20), clip(3)])) == [{"zh": 1.0}] * 2

    assert [asked.seconds for asked in server.asked] == [8.0, 3.0]


def test_a_server_that_names_no_language_is_asked_once() -> None:
    with serving(says({"text": "我要退货"})) as server:
        made = quick(server.url)
        assert list(made.languages([clip()] * 3)) == [{}] * 3
        assert list(made.languages([clip()] * 2)) == [{}] * 2

    assert len(server.asked) == 1


def test_a_server_that_once_named_a_language_is_asked_again() -> None:
    named, nameless = Reply({"text": "好", "language": "zh"}), Reply({"text": "我要退货"})
    with serving(in_turn(named, nameless)) as server:
        made = quick(server.url, concurrency=1)
        assert list(made.languages([clip()] * 3)) == [{"zh": 1.0}, {}, {"zh": 1.0}]

    assert len(server.asked) == 3


def test_one_language_alone_is_not_asked_for() -> None:
    with serving() as server:
        assert list(quick(server.url, languages=("yue",)).languages([clip()])) == [{"yue": 1.0}]

    assert server.asked == []


def test_the_language_that_was_given_stays() -> None:
    with serving() as server:
        assert hear(quick(server.url), Hints("en")).language == "en"


def test_neither_text_nor_key_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "key").write_text("very-secret")
    caplog.set_level(logging.DEBUG)
    with serving(in_turn(Reply(None, 500), Reply({"detail": "prompt"}, 422))) as server:
        made = quick(server.url, key=str(tmp_path / "key"))
        heard = hear(made, Hints("zh", (Hotword("鑫诚宝"),)))

    told = json.dumps([str(vars(r)) for r in caplog.records], ensure_ascii=False) + repr(made)
    assert heard.text
    assert heard.text not in told
    assert "very-secret" not in told
    assert "鑫诚宝" not in told


def test_a_list_of_models_is_asked_for_once() -> None:
    with serving(models=Reply(MODELS)) as server:
        made = quick(server.url)
        for _ in range(3):
            hear(made)

    assert all(asked.fields["model"] == ["asr"] for asked in server.asked)
    assert len(server.asked) == 3
