"""Small real speech servers for tests: OpenAI's audio API, and FunASR's runtime by WebSocket.

What they hear follows from the samples alone, so that the order of answers can be seen. A
test's script decides what they answer instead: refusals, faults, bodies of other servers.
"""

import io
import json
import re
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from huiting.engines.remote import Remote, build
from huiting.engines.remote._funasr import FunAsr
from huiting.engines.remote._openai import OpenAi

LETTERS = "我要退货您好请稍等电话号码是多少谢谢再见"
MODELS = {"object": "list", "data": [{"id": "asr", "object": "model"}]}


@dataclass(frozen=True)
class Asked:
    """One question as the server got it."""

    path: str
    authorization: str | None = None
    fields: dict[str, list[str]] = field(default_factory=dict)
    rate: int = 0
    samples: bytes = b""

    @property
    def seconds(self) -> float:
        return len(self.samples) / 2 / max(1, self.rate)

    @property
    def wanted(self) -> str:
        """The form of answer that was asked for."""
        return self.fields.get("response_format", [""])[0]


@dataclass(frozen=True)
class Reply:
    """What the server sends."""

    body: Any = None
    """Sent as JSON; None to send `raw` instead."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""
    cut: int = 0
    """Bytes that are promised and not sent."""


@dataclass
class Server:
    """A running server and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    """Transcriptions only, unless nothing is kept."""
    keeps: bool = True
    listed: int = 0
    """Times that the models were asked for."""
    most: int = 0
    """Questions that were under way at once."""
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def taking(self, asked: Asked) -> Iterator[None]:
        with self._lock:
            if self.keeps:
                self.asked.append(asked)
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1


def text_of(samples: bytes) -> str:
    """Return what is heard in samples: nothing in silence."""
    heard = np.frombuffer(samples, "<i2")
    if not len(heard) or np.abs(heard).max() < 3:
        return ""
    count = max(1, min(40, len(heard) // 8000))
    digest = blake2b(samples, digest_size=count).digest()
    return "".join(LETTERS[n % len(LETTERS)] for n in digest)


def spread(text: str, seconds: float) -> list[tuple[str, float, float]]:
    """Return each character with times as a recognizer would give them: uneven, with pauses."""
    step = seconds / (len(text) + 1)
    return [
        (char, round((n + 0.1 + 0.3 * (n % 2)) * step, 3), round((n + 0.9) * step, 3))
        for n, char in enumerate(text)
    ]


def usual(asked: Asked) -> Reply:
    """Answer as OpenAI's whisper-1 does."""
    text = text_of(asked.samples)
    if asked.wanted != "verbose_json":
        return Reply({"text": text})
    words = [{"word": c, "start": a, "end": b} for c, a, b in spread(text, asked.seconds)]
    segment = {"id": 0, "start": 0.0, "end": asked.seconds, "text": text, "avg_logprob": -0.2}
    return Reply(
        {
            "task": "transcribe",
            "language": "chinese",
            "duration": asked.seconds,
            "text": text,
            "segments": [segment],
            "words": words,
        }
    )


@contextmanager
def serving(
    reply: Callable[[Asked], Reply] = usual,
    models: Reply | None = None,
    *,
    ssl: SSLContext | None = None,
    keeps: bool = True,
) -> Iterator[Server]:
    """Speak OpenAI's audio API on a free local port while inside."""
    listed = models or Reply(MODELS)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.listed += 1
            self._answer(listed)

        def do_POST(self) -> None:
            asked = _read(self)
            with server.taking(asked), suppress(ConnectionError):
                self._answer(reply(asked))

        def _answer(self, made: Reply) -> None:
            content = made.raw if made.body is None else json.dumps(made.body).encode()
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + made.cut))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = bool(made.cut)
            if not keeps:
                re.purge()  # http.server leaves a pattern there for each boundary of a form

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    if ssl:
        listening.socket = ssl.wrap_socket(listening.socket, server_side=True)
    scheme = "https" if ssl else "http"
    server = Server(f"{scheme}://127.0.0.1:{listening.server_port}/v1", keeps=keeps)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def _read(handler: BaseHTTPRequestHandler) -> Asked:
    content = handler.rfile.read(int(handler.headers["Content-Length"]))
    boundary = handler.headers["Content-Type"].partition("boundary=")[2].encode()
    fields: dict[str, list[str]] = {}
    rate, samples = 0, b""
    for part in content.split(b"--" + boundary)[1:-1]:
        head, _, data = part.removesuffix(b"\r\n").partition(b"\r\n\r\n")
        name = head.decode().partition('name="')[2].partition('"')[0]
        if name == "file":
            with wave.open(io.BytesIO(data)) as file:
                assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
                rate, samples = file.getframerate(), file.readframes(file.getnframes())
        else:
            fields.setdefault(name, []).append(data.decode())
    return Asked(handler.path, handler.headers.get("Authorization"), fields, rate, samples)


def quick(url: str, waits: list[float] | None = None, **options: Any) -> Remote:  # noqa: ANN401  (passed on)
    """Build the engine behind a server; its pauses are noted and not waited."""
    noted = [] if waits is None else waits

    async def sleep(seconds: float) -> None:
        noted.append(seconds)

    made = build(url=url, **options)
    server = made.server
    assert isinstance(server, OpenAi | FunAsr)
    terms = replace(server.asking.terms, sleep=sleep)
    made.server = replace(server, asking=replace(server.asking, terms=terms))
    return made


Message = dict[str, Any]


@dataclass
class Runtime:
    """A running runtime, and with what each question began."""

    url: str
    begun: list[Message] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


def offline(begun: Message, samples: bytes) -> str | bytes | None:
    """Answer as FunASR's runtime does: times as JSON in a string, never final."""
    text = text_of(samples)
    times = [[round(a * 1000), round(b * 1000)] for _, a, b in spread(text, len(samples) / 32000)]
    body = {"mode": "offline", "wav_name": begun["wav_name"], "text": text, "is_final": False}
    if times:
        body["timestamp"] = json.dumps(times)
    return json.dumps(body, ensure_ascii=False)


@contextmanager
def runtime(
    reply: Callable[[Message, bytes], str | bytes | None] = offline,
    *,
    ssl: SSLContext | None = None,
    door: Callable[[ServerConnection, Request], Response | None] | None = None,
    keeps: bool = True,
) -> Iterator[Runtime]:
    """Speak FunASR's protocol on a free local port while inside; None from `reply` hangs up."""

    def talk(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            begun = json.loads(connection.recv())
            assert connection.request is not None
            if keeps:
                made.begun.append(begun)
                made.keys.append(connection.request.headers.get("Authorization"))
            samples = b""
            while isinstance(piece := connection.recv(), bytes):
                samples += piece
            assert json.loads(piece) == {"is_speaking": False}
            answer = reply(begun, samples)
            if answer is None:
                connection.socket.close()
                return
            connection.send(answer)

    with serve(talk, "127.0.0.1", 0, ssl=ssl, process_request=door, compression=None) as listening:
        scheme = "wss" if ssl else "ws"
        made = Runtime(f"{scheme}://127.0.0.1:{listening.socket.getsockname()[1]}")
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            listening.shutdown()
            thread.join()
