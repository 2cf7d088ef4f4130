"""OpenAI's `/v1/audio/transcriptions`, as many servers speak it, each a little differently.

A server is asked for the most it may know (times of words, language, probabilities) and less
from then on when it refuses. Redirects are not followed: the key and the audio stay here.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ssl import SSLContext
from typing import Any

import anyio
import httpx
from anyio.abc import AsyncResource

from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines.remote._abilities import LANGUAGE, LOGPROBS, PROMPT, VERBOSE, WORDS, Abilities
from huiting.engines.remote._address import Address
from huiting.engines.remote._answer import Answer, hypothesis_of
from huiting.engines.remote._attempts import Asking, refusal
from huiting.engines.remote._body import failure_of, models_of, read
from huiting.engines.remote._sound import wav
from huiting.engines.remote._trouble import Busy, Lost, Refused, Untrusted, Unusable
from huiting.engines.remote._wire import LARGEST, Hear, chosen

AGAIN = frozenset({408, 409, 425, 429})
FAILED = frozenset({500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 529})
SAME = frozenset({"fun-asr-nano", "sensevoice", "paraformer"})
"""Models of funasr-server, which calls every language it was not told `zh`."""
LISTING, MOST_LISTINGS = 5.0, 3
"""Seconds that a list of models may take where it is not needed, and how often it is tried."""
FIELDS = ("prompt", "hotwords", "none")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of the server, as the operator has it."""

    model: str = ""
    """Empty for the only one there is."""
    words: bool = True
    hotwords: str = "prompt"
    """Field in which they are sent, one of `FIELDS`."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the server calls languages, by code; an empty name is not sent."""


@dataclass(slots=True)
class OpenAi:
    """A `Server`."""

    address: Address
    key: str = field(repr=False)
    trust: SSLContext
    asking: Asking
    wishes: Wishes
    abilities: Abilities
    _model: str | None = None
    """Found out when first asked."""
    _unlisted: int = 0
    """Times that no list of models came."""
    _parrots: bool = False
    """Whether the language it answers is no finding."""

    def settled(self, hints: Hints, /) -> bool:
        """Tell whether it is known what it takes of what these hints ask for."""
        return self._model is not None and self.abilities.known(self._options(hints))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Hear]:
        """Hold connections while inside."""
        headers = {"Accept-Encoding": "identity"}  # what is packed may unpack to anything
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        async with httpx.AsyncClient(
            base_url=f"{self.address.url}/",
            headers=headers,
            verify=self.trust,
            timeout=None,  # noqa: S113  (each try has one, see `_attempts`)
            trust_env=False,
            follow_redirects=False,
        ) as client:
            first = anyio.Lock()

            async def hear(clip: Audio, hints: Hints) -> Hypothesis:
                async with first:
                    model = await self._named(client)
                answer = await self._asked(client, model, clip, hints)
                return hypothesis_of(answer, clip.duration, hints.language)

            yield hear

    async def _named(self, client: httpx.AsyncClient) -> str:
        """Return the model to ask for.

        Raises:
            EngineError: none was named, and there is not exactly one.
        """
        if self._model is not None:
            return self._model
        try:
            listed = await self._listed(client)
        except Refused as error:
            if not self.wishes.model:
                raise refusal(self.asking.circuit.server, error) from error
            listed = ()  # not every server lists what it has
        except EngineError:
            self._unlisted += 1
            if not self.wishes.model:
                raise
            if self._unlisted < MOST_LISTINGS:  # it may only be busy, and is asked with the next
                return self.wishes.model
            listed = ()
        if not self.wishes.model and len(listed) != 1:
            some = ", ".join(listed[:5]) or "none"
            raise EngineError(
                self.asking.circuit.server,
                f"it does not say which model is meant; it lists {some}",
                "name one as model in engine_options",
            )
        self._parrots = set(listed) >= SAME
        self._model = self.wishes.model or listed[0]
        return self._model

    async def _listed(self, client: httpx.AsyncClient) -> tuple[str, ...]:
        """Ask what models there are; not for long where one is named, as that may do without."""
        asking = self.asking
        if self.wishes.model:
            terms = replace(asking.terms, timeout=min(LISTING, asking.terms.timeout), retries=0)
            asking = replace(asking, terms=terms)
        return models_of(await asking.answer(lambda: _sent(client, "GET", "models")))

    async def _asked(
        self, client: httpx.AsyncClient, model: str, clip: Audio, hints: Hints
    ) -> Answer:
        sound = wav(clip)
        sent = self.abilities.left(self._options(hints))
        doubted: frozenset[str] = frozenset()
        while True:
            form = self._form(model, sent, hints)

            async def ask(form: Mapping[str, Any] = form) -> Answer:
                files = {"file": ("clip.wav", sound, "audio/wav")}
                content = await _sent(
                    client, "POST", "audio/transcriptions", data=form, files=files
                )
                return read(content, believe_language=not self._parrots)

            try:
                answer = await self.asking.answer(ask, clip.duration)
            except Refused as error:
                less = self.abilities.doubted(error, sent)
                if not less:
                    raise refusal(self.asking.circuit.server, error) from error
                sent, doubted = sent - less, doubted | less
                continue
            self.abilities.took(sent, doubted)
            return answer

    def _options(self, hints: Hints) -> frozenset[str]:
        """Return what may be asked for, for this server to take or to refuse."""
        found = {VERBOSE, WORDS} if self.wishes.words else {VERBOSE}
        if not self.abilities.left({VERBOSE}):
            found = {LOGPROBS}
        if self.wishes.hotwords != "none" and hints.hotwords:
            found.add(PROMPT)
        if hints.language and self._called(hints.language):
            found.add(LANGUAGE + hints.language)
        return frozenset(found)

    def _called(self, language: str) -> str:
        return self.wishes.names.get(language, language)

    def _form(self, model: str, sent: frozenset[str], hints: Hints) -> Mapping[str, Any]:
        form: dict[str, Any] = {
            "model": model,
            "response_format": "verbose_json" if VERBOSE in sent else "json",
        }
        if VERBOSE in sent:
            grains = ["word", "segment"] if WORDS in sent else ["segment"]
            form["timestamp_granularities[]"] = grains
        elif LOGPROBS in sent:
            form["include[]"] = ["logprobs"]
        if PROMPT in sent:
            form[self.wishes.hotwords] = ", ".join(w.text for w in chosen(hints.hotwords))
        if hints.language and LANGUAGE + hints.language in sent:
            form["language"] = self._called(hints.language)
        return form


class _Connecting:
    """Follows how a question's connection is made.

    Who is stopped while it is encrypted would leave it open: the library holds it nowhere yet.
    """

    def __init__(self) -> None:
        self._made: AsyncResource | None = None

    async def __call__(self, event: str, told: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._made = told["return_value"]
        elif event == "connection.start_tls.failed" and self._made is not None:
            with anyio.CancelScope(shield=True):
                await self._made.aclose()


async def _sent(client: httpx.AsyncClient, method: str, path: str, **body: Any) -> bytes:  # noqa: ANN401  (passed on)
    """Ask once; return the answer's bytes.

    Raises:
        Lost: no answer, or the server failed.
        Busy: it asks to come later.
        Refused: it will not.
        Untrusted: its certificate is not good.
        Unusable: the answer is too large.
    """
    try:
        followed = {"trace": _Connecting()}
        async with client.stream(method, path, extensions=followed, **body) as response:
            content = bytearray()
            async for piece in response.aiter_raw():
                content += piece
                if len(content) > LARGEST:
                    raise Unusable("its answer does not end")
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise Untrusted from error
        raise Lost(f"no connection ({type(error).__name__})") from error
    except (httpx.RequestError, httpx.StreamError) as error:
        raise Lost(f"no whole answer ({type(error).__name__})") from error
    status = response.status_code
    wait = _wait(response.headers.get("Retry-After"))
    if status in AGAIN or (status in FAILED and wait is not None):
        raise Busy(status, wait)
    if status in FAILED:
        raise Lost(f"HTTP {status}")
    if status != httpx.codes.OK:
        raise Refused(status, failure_of(bytes(content)))
    return bytes(content)


def _wait(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header; None for none and for a date."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return max(0.0, seconds) if seconds < float("inf") else None
