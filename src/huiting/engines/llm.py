"""A language model behind any server that speaks OpenAI's chat completions: vLLM, Ollama, a cloud.

Never reached unless a team sets its address. A run has a budget; an answer that was
paid for once is kept. Knows nothing of calls: it is given instructions and a text.
"""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from huiting.core.errors import ConfigError, EngineError
from huiting.core.whole_file import PRIVATE, replacing

BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
"""Statuses after which trying again makes sense."""
LONGEST_WAIT = 30.0
"""Seconds that a server may ask to be left alone."""
LARGEST = 1 << 20
"""Bytes of an answer that are read."""
LOST, PROBE = 3, 20
"""Questions in a row that got no connection, after which only one in so many is still tried:
a thousand calls must not each wait for a server that is down."""


def build(
    *,
    url: str,
    model: str,
    key: str = "",
    timeout: float = 60.0,
    retries: int = 2,
    budget: int = 1000,
    cache: Path | None = None,
) -> "ChatModel":
    """Return the model behind a server; nothing is sent yet.

    Args:
        url: up to and including `/v1`, such as `http://127.0.0.1:11434/v1`.
        model: its name on that server.
        key: sent as a bearer token when not empty.
        timeout: seconds for one answer.
        retries: further tries after a busy server or a lost connection.
        budget: questions this run may send; cached answers cost none.
        cache: folder of answers; None for none.

    Raises:
        ConfigError: the address is none, or a number makes no sense.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(f"llm_url {url!r}", "no address of a server", "write http://HOST:PORT/v1")
    if not model:
        raise ConfigError("llm_model", "empty", "name the model as its server does")
    if timeout <= 0 or retries < 0 or budget < 0:
        raise ConfigError("llm", f"{timeout=}, {retries=}, {budget=}", "give positive numbers")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    client = httpx.Client(
        base_url=url.rstrip("/") + "/", headers=headers, timeout=timeout, trust_env=False
    )
    return ChatModel(client, model, retries=retries, budget=budget, cache=cache)


@dataclass(slots=True)
class ChatModel:
    """A `LanguageModel`. May be used from several threads."""

    client: httpx.Client
    name: str
    retries: int = 2
    budget: int = 1000
    cache: Path | None = None
    sleep: Callable[[float], None] = time.sleep
    sent: int = 0
    """Questions sent by this run."""
    _lost: int = 0
    """Questions in a row that got no connection, and why the last did not."""
    _why: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, instructions: str, text: str, /) -> str:
        """Return the answer, from the cache or from the server.

        Raises:
            EngineError: the server refused, was busy to the end, or answered what is no
                chat completion; it was not there for some time; or the budget is spent.
                Nothing is cached then.
        """
        kept = self._kept(instructions, text)
        if kept is not None and kept.is_file():
            return kept.read_text(encoding="utf-8")
        with self._lock:
            if self._lost >= LOST:
                self._lost += 1
                if (self._lost - LOST) % PROBE:
                    raise EngineError(self.name, self._why, "look at the server")
            if self.sent >= self.budget:
                raise EngineError(
                    self.name, f"the budget of {self.budget} questions is spent", "raise llm_budget"
                )
            self.sent += 1
        answer = self._answered(self._body(instructions, text))
        if kept is not None:
            _keep(kept, answer)
        return answer

    def forget(self, instructions: str, text: str, /) -> None:
        """Keep no answer to this question: the next time it is asked anew."""
        kept = self._kept(instructions, text)
        if kept is not None:
            kept.unlink(missing_ok=True)

    def close(self) -> None:
        """Let the connections go."""
        self.client.close()

    def _body(self, instructions: str, text: str) -> dict[str, Any]:
        messages = [
            {"role": "system", "content": instructions},
            {"role": "user", "content": text},
        ]
        return {"model": self.name, "messages": messages, "temperature": 0, "stream": False}

    def _kept(self, instructions: str, text: str) -> Path | None:
        if self.cache is None:
            return None
        asked = json.dumps([str(self.client.base_url), self.name, instructions, text])
        return self.cache / f"{sha256(asked.encode()).hexdigest()}.txt"

    def _answered(self, body: dict[str, Any]) -> str:
        for attempt in range(self.retries + 1):
            last = attempt == self.retries
            try:
                status, wait, content = self._sent(body)
            except httpx.RequestError as error:
                if last:
                    reason = f"no answer ({type(error).__name__})"
                    with self._lock:
                        self._lost, self._why = max(self._lost, min(self._lost + 1, LOST)), reason
                    raise EngineError(self.name, reason, "look at the server") from error
                wait = None
            else:
                self._lost = 0
                if status == httpx.codes.OK:
                    return self._content(content)
                if status not in BUSY or last:
                    raise EngineError(self.name, f"HTTP {status}", _remedy(status))
            self.sleep(wait if wait is not None else 2.0**attempt * (0.5 + random.random()))  # noqa: S311  (spreads retries)
        raise AssertionError("the last attempt returns or raises")  # pragma: no cover

    def _sent(self, body: dict[str, Any]) -> tuple[int, float | None, bytes]:
        """Return status, the wait the server asks for, and at most `LARGEST` bytes."""
        with self.client.stream("POST", "chat/completions", json=body) as response:
            content = b""
            for piece in response.iter_bytes():
                content += piece
                if len(content) > LARGEST:
                    raise EngineError(self.name, "an endless answer", "look at the server")
            return response.status_code, _wait(response.headers.get("Retry-After")), content

    def _content(self, content: bytes) -> str:
        try:
            answer = json.loads(content)["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise EngineError(
                self.name, "the answer is no chat completion", "give the address up to /v1"
            ) from error
        if not isinstance(answer, str):
            raise EngineError(self.name, "the answer holds no text", "try another model")
        return answer.encode(errors="replace").decode()  # JSON may hold half a character


def _remedy(status: int) -> str:
    if status in {401, 403}:
        return "check the key"
    if status == httpx.codes.NOT_FOUND:
        return "check llm_url (up to /v1) and llm_model"
    return "look at the server's log"


def _wait(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header; None for none and for a date."""
    try:
        return min(LONGEST_WAIT, max(0.0, float(header or "")))
    except ValueError:
        return None


def _keep(path: Path, answer: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # answers tell of calls
    with replacing(path, PRIVATE) as file:
        file.write(answer.encode())
