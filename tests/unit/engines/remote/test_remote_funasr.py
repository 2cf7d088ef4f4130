"""The engine against a real WebSocket server that speaks FunASR's protocol."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection

from certified import certificate
from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hotword, Hypothesis
from huiting.core.types import Audio, EmotionLabel
from huiting.engines.remote import Remote
from huiting.engines.remote._wire import LARGEST
from recognition_server import Message, offline, quick, runtime, serving, text_of

ZH = Hints("zh")


def clip(seconds: float = 2.0, seed: int = 0) -> Audio:
    samples = np.random.default_rng(seed).normal(0, 0.1, round(seconds * 16_000))
    return Audio(samples.astype(np.float32), 16_000)


def hear(made: Remote, hints: Hints = ZH, seconds: float = 2.0) -> Hypothesis:
    (heard,) = made.transcribe([clip(seconds)], hints)
    return heard


def answering(**body: object) -> str:
    return json.dumps({"mode": "offline", "wav_name": "clip", "is_final": False} | body)


def test_a_clip_is_sent_as_the_runtime_wants_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    sent: list[bytes] = []

    def reply(begun: Message, samples: bytes) -> str | bytes | None:
        sent.append(samples)
        return offline(begun, samples)

    hints = Hints("zh", (Hotword("阿里巴巴"), Hotword("通义实验室", 1.5)))
    with runtime(reply) as server:
        heard = hear(quick(server.url, key=str(tmp_path / "key")), hints, seconds=5)

    assert server.begun == [
        {
            "mode": "offline",
            "wav_name": "clip",
            "wav_format": "pcm",
            "audio_fs": 16_000,
            "is_speaking": True,
            "itn": True,
            "svs_lang": "zh",
            "svs_itn": True,
            "hotwords": '{"阿里巴巴": 20, "通义实验室": 30}',
        }
    ]
    assert server.keys == ["Bearer secret"]
    assert np.abs(np.frombuffer(sent[0], "<i2") - clip(5).samples * 32768).max() <= 0.5
    assert heard.text == text_of(sent[0])
    assert len(heard.words) == len(heard.text)


def test_what_is_not_wanted_is_not_sent() -> None:
    hints = Hints(hotwords=(Hotword("阿里巴巴"),))
    with runtime() as server:
        heard = hear(quick(server.url, hotwords="none", itn=False, words=False), hints)

    (begun,) = server.begun
    assert (begun["itn"], begun["svs_lang"]) == (False, "auto")
    assert "hotwords" not in begun
    assert server.keys == [None]
    assert heard.words == ()


STAMPS = [
    {
        "text_seg": "正 是 因 为", "punc": ",", "start": 430, "end": 1130,
        "ts_list": [[430, 670], [670, 810], [810, 1030], [1030, 1130]],
    },
    {"text_seg": "five five", "punc": ".", "start": 1200, "end": 1500, "ts_list": [[1200, 1500]]},
    7,
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            {"text": "正是因为,five five.", "stamp_sents": STAMPS},
            [("正", 0.43, 0.67), ("是", 0.67, 0.81), ("因", 0.81, 1.03), ("为", 1.03, 1.13)],
            id="sentences; one has not as many times as words",
        ),
        pytest.param(
            {"text": "好, OK 吗?", "timestamp": "[[100,200],[250,500],[700,800]]"},
            [("好", 0.1, 0.2), ("OK", 0.25, 0.5), ("吗", 0.7, 0.8)],
            id="times of characters and words",
        ),
        pytest.param({"text": "15块", "timestamp": "[[1,2],[3,4],[5,6]]"}, [], id="after ITN"),
        pytest.param({"text": "好", "timestamp": "[[1,"}, [], id="half a list"),
        pytest.param({"text": "好", "timestamp": '{"a": 1}'}, [], id="no list"),
        pytest.param({"text": "好的", "timestamp": [[1, 2], ["a", True]]}, [], id="no numbers"),
        pytest.param({"text": "好", "timestamp": f"[[1, {10**400}]]"}, [], id="no such number"),
        pytest.param({"text": "好", "timestamp": "[[1]]"}, [], id="no end"),
        pytest.param({"text": "好"}, [], id="none"),
    ],
)
def test_times_are_those_of_the_words_or_none(
    body: dict[str, object], words: list[tuple[str, float, float]]
) -> None:
    with runtime(lambda *_: answering(**body)) as server:
        heard = hear(quick(server.url))

    found = [(w.text, w.span.start, w.span.end) for w in heard.words]
    if body["text"] == "好的":
        assert found == [("好", 0.001, 0.002)]
        return
    assert [text for text, _, _ in found] == [text for text, _, _ in words]
    assert [times for _, *times in found] == [pytest.approx(times) for _, *times in words]


def test_tags_of_sensevoice_are_read() -> None:
    text = "<|yue|><|HAPPY|><|Speech|><|withitn|>唔该晒。"
    with runtime(lambda *_: answering(text=text)) as server:
        heard = hear(quick(server.url), Hints())

    assert (heard.text, heard.language) == ("唔该晒。", "yue")
    assert heard.emotion is not None
    assert heard.emotion.label is EmotionLabel.HAPPY


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("<html>", id="no JSON"),
        pytest.param("[" * 100_000, id="lists without end"),
        pytest.param('{"error": "x"}', id="no text"),
        pytest.param('["a"]', id="a list"),
        pytest.param(b"\x00\x01", id="bytes"),
    ],
)
def test_what_is_no_transcription_is_no_text(answer: str | bytes) -> None:
    with (
        runtime(lambda *_: answer) as server,
        pytest.raises(EngineError, match="its answer is no transcription"),
    ):
        hear(quick(server.url))

    assert len(server.begun) == 1


def test_who_hangs_up_is_asked_again() -> None:
    left: list[str | None] = [None, None]

    def reply(begun: Message, samples: bytes) -> str | bytes | None:
        return left.pop() if left else offline(begun, samples)

    waits: list[float] = []
    with runtime(reply) as server:
        assert hear(quick(server.url, waits)).text

    assert (len(server.begun), len(waits)) == (3, 2)


def test_an_answer_that_is_too_large_is_none() -> None:
    with (
        runtime(lambda *_: answering(text="a" * LARGEST)) as server,
        pytest.raises(EngineError, match="no whole answer"),
    ):
        hear(quick(server.url, retries=0))


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with runtime() as server:
        made = quick(server.url, retries=1)

    with pytest.raises(EngineError, match="no answer in 2 tries: no connection"):
        hear(made)


def test_a_server_that_speaks_http_alone_is_said_to_refuse() -> None:
    with serving() as server:
        made = quick(server.url.replace("http", "ws"))
        with pytest.raises(EngineError, match="HTTP 200"):
            hear(made)


@pytest.mark.parametrize(
    ("status", "reason", "tries"),
    [
        pytest.param(401, "HTTP 401; check the key", 1, id="no key"),
        pytest.param(307, "HTTP 307; it redirects", 1, id="elsewhere"),
        pytest.param(503, "no answer in 2 tries: HTTP 503", 2, id="failing"),
        pytest.param(429, "no answer in 2 tries: HTTP 429", 2, id="busy"),
    ],
)
def test_a_closed_door_is_told(status: int, reason: str, tries: int) -> None:
    knocks: list[str] = []

    def door(_: ServerConnection, request: Request) -> Response:
        knocks.append(request.path)
        headers = {"Location": "/elsewhere", "Content-Length": "0", "Connection": "close"}
        return Response(status, "no", Headers(headers), b"")

    with runtime(door=door) as server, pytest.raises(EngineError, match=reason):
        hear(quick(server.url, retries=1))

    assert knocks == ["/"] * tries


def test_a_certificate_signed_by_itself_is_trusted_only_when_it_is_given(tmp_path: Path) -> None:
    with runtime(ssl=certificate(tmp_path)) as server:
        assert hear(quick(server.url, ca=tmp_path / "cert.pem")).text
        with pytest.raises(EngineError, match="its certificate is not trusted"):
            hear(quick(server.url))

    assert len(server.begun) == 1


def test_the_same_goes_for_https(tmp_path: Path) -> None:
    with runtime(ssl=certificate(tmp_path)) as server:
        address = server.url.replace("wss", "https")
        with pytest.raises(EngineError, match="its certificate is not trusted"):
            hear(quick(f"{address}/v1", model="asr"))


def test_a_language_is_said_where_tags_say_it() -> None:
    text = "<|ja|><|NEUTRAL|><|Speech|><|withitn|>もしもし"
    with runtime(lambda *_: answering(text=text)) as server:
        assert list(quick(server.url).languages([clip()])) == [{"ja": 1.0}]


def test_neither_text_nor_key_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "key").write_text("very-secret")
    caplog.set_level(logging.DEBUG)
    with runtime(lambda *_: answering(text="我要退货")) as server:
        made = quick(server.url, key=str(tmp_path / "key"))
        hear(made, Hints("zh", (Hotword("鑫诚宝"),)))

    ours = [r for r in caplog.records if r.name != "websockets.server"]  # the test's own
    told = "".join(str(vars(r)) for r in ours) + repr(made)
    assert not [word for word in ("退货", "very-secret", "鑫诚宝") if word in told]
