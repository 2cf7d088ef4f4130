"""A recognizer behind a server: any with OpenAI's audio API, and FunASR's runtime by WebSocket.

Clips are sent side by side, so that a server which batches by itself has something to batch.
Never used unless a team sets an address; a host outside is refused unless the team has said
that audio may leave the building. Nothing is sent, and no connection opened, by `build`.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from anyio.from_thread import BlockingPortalProvider

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio, Span
from huiting.engines.remote._abilities import Abilities
from huiting.engines.remote._address import HTTP, SOCKET, Address, Reach, key_of, trust_of
from huiting.engines.remote._attempts import Asking, Terms
from huiting.engines.remote._circuit import Circuit
from huiting.engines.remote._openai import FIELDS, OpenAi, Wishes
from huiting.engines.remote._sound import RATE
from huiting.engines.remote._wire import Server

log = logging.getLogger(__name__)

PROTOCOLS = {"auto": (*HTTP, *SOCKET), "openai": HTTP, "funasr": SOCKET}
"""And the schemes of their addresses."""
PROBE = 8.0
"""Seconds of a clip that are sent to learn its language."""


def build(
    *,
    url: str,
    protocol: str = "auto",
    model: str = "",
    key: str = "",
    timeout: float = 20.0,
    retries: int = 3,
    concurrency: int = 8,
    languages: Sequence[str] = (),
    language_names: Mapping[str, str] | None = None,
    words: bool = True,
    hotwords: str = "prompt",
    itn: bool = True,
    ca: str | Path | None = None,
    leaves_the_building: bool = False,
) -> "Remote":
    """Return the recognizer behind a server; nothing is sent yet.

    Args:
        url: up to and including `/v1`, such as `http://gpu-1:8000/v1`; of FunASR's runtime
            `ws://gpu-1:10095`.
        protocol: `openai`, `funasr`, or `auto` to go by the address.
        model: its name on that server; empty for the only one it lists.
        key: an environment variable (`HUITING_ASR_KEY`) or a file that holds the bearer token;
            never the token itself.
        timeout: seconds for one answer, beyond the length of the clip.
        retries: further tries after a lost connection, a busy server or a failure of its own.
        concurrency: clips under way at once for each call of `transcribe`.
        languages: codes among which a language is detected; one alone is not asked for.
        language_names: what the server calls languages, such as `{zh = "中文"}`; an empty name
            is not sent.
        words: whether times of words are asked for and, where they look real, believed.
        hotwords: field they are sent in, `prompt` or `hotwords`; `none` to send none.
        itn: whether FunASR's runtime writes digits.
        ca: file with the certificates that are trusted instead of the system's.
        leaves_the_building: whether audio may go to a host that has a public address.

    Raises:
        ConfigError: the address is none or outside, there is no key where one was named, or
            an option makes no sense.
        ModelUnavailable: the package for WebSockets is not installed.
    """
    address = Address.of(url)
    if address.scheme not in PROTOCOLS.get(protocol, ()):
        raise ConfigError(
            f"engine_options.protocol {protocol!r}",
            "it does not fit the address",
            f"choose one of {', '.join(PROTOCOLS)}: openai for http, funasr for ws",
        )
    if hotwords not in FIELDS:
        raise ConfigError(
            f"engine_options.hotwords {hotwords!r}",
            "no such field",
            f"choose one of {', '.join(FIELDS)}",
        )
    if timeout <= 0 or retries < 0 or concurrency < 1:
        raise ConfigError(
            "engine_options", f"{timeout=}, {retries=}, {concurrency=}", "give positive numbers"
        )
    reach = Reach(address, anywhere=leaves_the_building)
    reach.check(ConfigError)
    secret, trust = key_of(key), trust_of(ca)
    asking = Asking(Terms(timeout, retries), Circuit(address.shown))
    if address.scheme in HTTP:
        wishes = Wishes(model, words, hotwords, dict(language_names or {}))
        server: Server = OpenAi(address, secret, trust, asking, wishes, Abilities(address.shown))
    else:
        try:
            from huiting.engines.remote._funasr import FunAsr
        except ModuleNotFoundError as error:
            raise ModelUnavailable(
                "package websockets", "is not installed", "run: pip install websockets"
            ) from error
        server = FunAsr(
            address, secret, trust, asking, words=words, hotwords=hotwords != "none", itn=itn
        )
    _tell(reach, secure=address.secure)
    return Remote(server, reach, concurrency, tuple(languages))


def untimed(options: Mapping[str, Any]) -> bool:
    """Tell by options of `build` whether words come without times; a server may still tell none."""
    return not options.get("words", True)


def _tell(reach: Reach, *, secure: bool) -> None:
    """Write to the log where audio goes."""
    shown = {"server": reach.address.shown}
    if not reach.anywhere:
        log.info("audio goes to a speech server", extra=shown)
    elif secure:
        log.warning("audio may leave the building", extra=shown)
    else:
        log.warning("audio may leave the building, and is not encrypted", extra=shown)


@dataclass(slots=True)
class Remote:
    """A `Recognizer`. One instance may be called from several threads."""

    server: Server
    reach: Reach
    concurrency: int = 8
    among: tuple[str, ...] = ()
    """Languages, by code; empty for all."""
    rate: int = RATE
    _loop: BlockingPortalProvider = field(default_factory=BlockingPortalProvider, repr=False)
    """Runs in a thread while anybody asks."""
    _tells: bool | None = None
    """Whether the server says which language it hears; None while nobody knows."""

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order, each as soon as it is there.

        Who closes the iterator stops what is under way.

        Raises:
            EngineError: the server did not answer for a clip; the others are let go.
        """
        if not clips:
            return
        self.reach.check()
        with (
            self._loop as portal,
            portal.wrap_async_context_manager(self.server.open()) as hear,
        ):
            places = portal.call(_semaphore, self.concurrency)

            async def ask(clip: Audio) -> Hypothesis:
                if not len(clip.samples):
                    return Hypothesis("", language=hints.language, gate="empty")
                async with places:
                    return await hear(clip, hints)

            rest = list(clips)
            while rest and not self.server.settled(hints):
                yield portal.start_task_soon(ask, rest.pop(0)).result()
            under_way: list[Future[Hypothesis]] = []
            try:
                under_way += (portal.start_task_soon(ask, clip) for clip in rest)
                for future in under_way:
                    yield future.result()
            finally:
                for future in under_way:
                    future.cancel()

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the language the server hears in it; none where it does not say.

        That is a question to the server for each clip, with its first seconds; no question
        where it is known to name no language, or where there is only one to choose.

        Raises:
            EngineError: the server did not answer.
        """
        if len(self.among) == 1:
            yield from ({self.among[0]: 1.0} for _ in clips)
            return
        heads = [clip.cut(Span(0, PROBE)) for clip in clips]
        asked = 0
        for heard in self.transcribe(heads, Hints()) if self._tells is not False else ():
            asked += 1
            if self._tells is None and heard.text:
                self._tells = heard.language is not None
            yield {heard.language: 1.0} if heard.language else {}
            if self._tells is False:
                break
        yield from ({} for _ in clips[asked:])


async def _semaphore(count: int) -> anyio.Semaphore:
    return anyio.Semaphore(count)
