"""OpenAI's own client against a running server: every form of answer, streams, errors."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import httpx
import openai
import pytest
import uvicorn

from fakes import AGENT, CUSTOMER, analysis, call, evenly, says
from huiting.core.analysis import Analysis
from huiting.core.codec import to_json
from huiting.core.errors import UndecodableAudio
from huiting.core.watch import Progress
from huiting.jobs.host.ticket import Task
from huiting.jobs.worker import Terms, Worker
from huiting.service.tasks import Request
from huiting.service.transcripts import KIND, Transcribing
from huiting.web.openai_form import hotwords_of, language_of
from huiting.web.parts import Limits
from huiting.web.server import build
from served import Served, serving


@dataclass
class Ears:
    """A model host that hears what it is told to."""

    heard: Analysis
    asked: list[Request] = field(default_factory=list)
    deaf: bool = False

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        request = Request.read(task.payload)
        self.asked.append(request)
        listen(Progress("asr", 0.5))
        if self.deaf:
            raise UndecodableAudio(request.name, "no audio in it", "send a recording")
        recording = replace(self.heard.call.recording, id=Path(request.path).name)
        return to_json(replace(self.heard, call=replace(self.heard.call, recording=recording)))


@dataclass
class Running:
    served: Served
    ears: Ears
    url: str
    client: openai.OpenAI
    audio: tuple[str, bytes] = ("a.wav", b"RIFF")

    def post(self, path: str, **fields: str) -> httpx.Response:
        headers = {"Authorization": "Bearer root"}
        sent = {"file": self.audio}
        return httpx.post(self.url + path, headers=headers, data=fields, files=sent)


def spoken() -> Analysis:
    first = says(AGENT, 0.5, 2.0, "您好，订单2014", words=evenly("您好订单2014", 0.5, 2.0))
    second = says(CUSTOMER, 2.5, 4.0, "Hello there.", language="en")
    third = says(AGENT, 4.5, 5.0, "Yes?", language="en")
    sure = replace(first, confidence=0.9)
    return analysis(call(sure, second, third, duration=6.0))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("openai")
    with serving(folder, Limits(answer=20.0)) as served, listening(served) as url:
        ears = Ears(spoken())
        parts = served.parts
        audio = parts.transcriber.vault.plain
        handler = Transcribing(ears, parts.transcriber.kept, audio, served.clock)
        worker = Worker(parts.queue, {KIND: handler}, Terms(slots=1))
        thread = threading.Thread(target=worker.run)
        thread.start()
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="root", max_retries=0)
        try:
            yield Running(served, ears, url, client)
        finally:
            client.close()
            worker.stop()
            thread.join()


@pytest.fixture
def running(server: Running) -> Running:
    """The server, as if nobody had asked it anything yet."""
    server.ears.asked.clear()
    server.ears.deaf = False
    server.audio = ("a.wav", f"RIFF {next(_NUMBERS)}".encode())
    return server


_NUMBERS = count()


@contextmanager
def listening(served: Served) -> Iterator[str]:
    """Serve over real HTTP on a free port."""
    server = uvicorn.Server(uvicorn.Config(build(served.parts), log_level="error", lifespan="on"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


AUDIO = ("a.wav", b"RIFF sound")


def test_the_plain_answer_is_the_text(running: Running) -> None:
    found = running.client.audio.transcriptions.create(file=running.audio, model="whisper-1")

    assert found.text == "您好，订单2014 Hello there. Yes?"
    assert found.usage is not None
    assert found.usage.model_dump() == {"type": "duration", "seconds": 6.0}


def test_text_srt_and_vtt_are_plain(running: Running) -> None:
    create = running.client.audio.transcriptions.create

    text = create(file=running.audio, model="whisper", response_format="text")
    assert text.strip() == "您好，订单2014 Hello there. Yes?"
    subtitles = create(file=running.audio, model="whisper", response_format="srt")
    assert subtitles.startswith("1\n00:00:00,500 --> 00:00:02,000\n")
    track = create(file=running.audio, model="whisper", response_format="vtt")
    assert track.startswith("WEBVTT\n")


def test_verbose_json_has_times_of_segments_and_words(running: Running) -> None:
    found = running.client.audio.transcriptions.create(
        file=running.audio,
        model="whisper",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )

    assert found.language == "chinese"
    assert found.duration == 6.0
    assert found.segments is not None
    assert [(s.start, s.end) for s in found.segments] == [(0.5, 2.0), (2.5, 4.0), (4.5, 5.0)]
    assert found.segments[0].avg_logprob == pytest.approx(-0.1054)
    assert found.segments[1].avg_logprob is None  # not measured
    assert found.words is not None
    assert found.words[0].word == "您"
    assert found.words[-1].end == 2.0


def test_words_come_only_when_they_are_asked_for(running: Running) -> None:
    found = running.client.audio.transcriptions.create(
        file=running.audio, model="whisper", response_format="verbose_json"
    )

    assert found.words is None
    assert found.segments is not None


def test_diarized_json_says_who_speaks(running: Running) -> None:
    found = running.client.audio.transcriptions.create(
        file=running.audio,
        model="whisper",
        response_format="diarized_json",
        chunking_strategy="auto",
    )

    assert [(s.speaker, s.text) for s in found.segments] == [
        ("A", "您好，订单2014"),
        ("B", "Hello there."),
        ("A", "Yes?"),
    ]


def test_a_stream_gives_the_same_text_in_pieces(running: Running) -> None:
    events = list(
        running.client.audio.transcriptions.create(file=running.audio, model="whisper", stream=True)
    )

    deltas = "".join(e.delta for e in events if e.type == "transcript.text.delta")
    assert events[-1].type == "transcript.text.done"
    assert deltas == events[-1].text == "您好，订单2014 Hello there. Yes?"


def test_a_diarized_stream_gives_segments(running: Running) -> None:
    events = list(
        running.client.audio.transcriptions.create(
            file=running.audio, model="whisper", response_format="diarized_json", stream=True
        )
    )

    kinds = [event.type for event in events]
    assert kinds == ["transcript.text.segment"] * 3 + ["transcript.text.done"]


def test_the_prompt_is_used_as_hotwords_and_the_language_is_told(running: Running) -> None:
    running.client.audio.transcriptions.create(
        file=running.audio,
        model="whisper",
        prompt="蓝牙耳机, 七天无理由",
        language="zh",
        temperature=0.2,
    )

    [request] = running.ears.asked
    assert '"hotwords": ["蓝牙耳机", "七天无理由"]' in request.options
    assert '"language": "zh"' in request.options


def test_the_same_audio_with_the_same_wishes_is_heard_once(running: Running) -> None:
    create = running.client.audio.transcriptions.create
    create(file=running.audio, model="whisper")
    create(file=running.audio, model="whisper-1", response_format="text")
    create(file=running.audio, model="whisper", language="en")

    assert len(running.ears.asked) == 2


def test_every_engine_is_a_model(running: Running) -> None:
    create = running.client.audio.transcriptions.create
    create(file=running.audio, model="whisper")
    create(file=running.audio, model="second")

    assert [json.loads(asked.options).get("engine") for asked in running.ears.asked] == [
        None,
        "second",
    ]


def test_models_are_listed_and_told_of(running: Running) -> None:
    assert [model.id for model in running.client.models.list()] == [
        "whisper",
        "second",
        "whisper-1",
    ]
    assert running.client.models.retrieve("whisper").owned_by == "huiting"
    with pytest.raises(openai.NotFoundError):
        running.client.models.retrieve("gpt-4")


def test_errors_are_those_that_the_client_knows(running: Running) -> None:
    create = running.client.audio.transcriptions.create

    with pytest.raises(openai.NotFoundError, match="no such model"):
        create(file=running.audio, model="gpt-4")
    with pytest.raises(openai.UnprocessableEntityError, match="file is empty"):
        create(file=("a.wav", b""), model="whisper")
    stranger = running.client.with_options(api_key="nobody")
    with pytest.raises(openai.AuthenticationError) as raised:
        stranger.audio.transcriptions.create(file=running.audio, model="whisper")
    assert raised.value.type == "authentication_error"
    viewer = running.client.with_options(api_key="viewer")
    with pytest.raises(openai.PermissionDeniedError):
        viewer.models.list()


def test_what_is_no_audio_is_the_senders_fault(running: Running) -> None:
    running.ears.deaf = True

    with pytest.raises(openai.UnprocessableEntityError, match="no audio in it"):
        running.client.audio.transcriptions.create(file=running.audio, model="whisper")


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="no model"),
        pytest.param({"model": "whisper", "response_format": "xml"}, id="no such form"),
        pytest.param(
            {"model": "whisper", "timestamp_granularities[]": "letter"}, id="no such grain"
        ),
        pytest.param(
            {"model": "whisper", "response_format": "srt", "stream": "true"}, id="no stream of it"
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(fields: dict[str, str], running: Running) -> None:
    answer = running.post("/v1/audio/transcriptions", **fields)

    assert answer.status_code == 422
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert running.ears.asked == []


def test_our_own_form_tells_words_speakers_and_whether_it_was_known(running: Running) -> None:
    first = running.post("/api/transcribe", hotwords="耳机\n退货", itn="false").json()
    again = running.post("/api/transcribe", hotwords="耳机\n退货", itn="false").json()

    assert (first["known"], again["known"]) == (False, True)
    assert first["segments"] == again["segments"]
    said = first["segments"][0]
    assert (said["speaker"], said["spoken"], said["language"]) == ("A", "您好，订单2014", "zh")
    assert said["words"][0]["text"] == "您"
    assert first["language"] == "zh"
    assert '"itn": false' in running.ears.asked[0].options


@pytest.mark.parametrize(
    "fields", [{"itn": "maybe"}, {"profile": "best"}, {"language": "Chinese!"}]
)
def test_our_own_form_refuses_what_it_does_not_know(
    fields: dict[str, str], running: Running
) -> None:
    assert running.post("/api/transcribe", **fields).status_code == 422


def test_who_waits_too_long_is_told_to_come_again(tmp_path: Path) -> None:
    with serving(tmp_path, Limits(answer=0.05)) as served:
        answer = served.web.post("/api/transcribe", files={"file": AUDIO})
        as_openai = served.web.post(
            "/v1/audio/transcriptions", files={"file": AUDIO}, data={"model": "whisper"}
        )

        job = answer.json()["job"]
        assert answer.status_code == 202
        assert served.web.get(f"/api/v1/jobs/{job}").json()["state"] == "waiting"
        assert as_openai.status_code == 503
        assert "ask again" in as_openai.json()["error"]["message"]


def test_two_files_at_once_are_refused(served: Served) -> None:
    answer = served.web.post("/api/transcribe", files=[("file", AUDIO), ("file", AUDIO)])

    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        pytest.param("蓝牙耳机，七天无理由、Huawei Mate 70", 3, id="terms"),
        pytest.param(
            "The following is a conversation between an agent and a caller.", 0, id="text"
        ),
        pytest.param("耳机, 耳机", 1, id="twice"),
        pytest.param(None, 0, id="none"),
        pytest.param("<script>, {x}", 0, id="no words"),
    ],
)
def test_short_terms_of_a_prompt_are_hotwords(prompt: str | None, words: int) -> None:
    assert len(hotwords_of(prompt)) == words


@pytest.mark.parametrize(
    ("given", "code"), [("zh-CN", "zh"), ("Chinese", "zh"), ("en", "en"), (None, None), ("", None)]
)
def test_languages_are_codes_or_names(given: str | None, code: str | None) -> None:
    assert language_of(given) == code
