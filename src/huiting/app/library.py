"""Huiting as a library: audio in, `Analysis` out; no store, no files.

`analyze` is for one recording; an `Analyzer` keeps the models loaded for many.
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from numpy.typing import NDArray

from huiting.app.judging import flat, judge_of
from huiting.app.readers import Readers
from huiting.app.settings import resolve
from huiting.app.tickets import ticketing
from huiting.app.wiring import hints_of, kit_of
from huiting.audio.raw import RawFormat
from huiting.core.analysis import Analysis
from huiting.core.errors import ConfigError, InputError
from huiting.core.judgement import Judgement
from huiting.core.ports import Hotword
from huiting.core.ticket import Ticket
from huiting.core.types import Role
from huiting.pipeline import Samples, Source
from huiting.pipeline import analyze as run
from huiting.text.hotwords import parse_hotwords


class Analyzer:
    """Analyzes recordings with models that stay loaded; use it in a `with`.

    May be called from several threads: they share one recognizer, which decodes the
    speech of all of them together.

    Args:
        hotwords: words the team wants recognized, each as a line of a hotword list.
        settings: any of `huiting settings`; the settings file and variables count too.

    Raises:
        ConfigError: a setting is wrong.
        ModelUnavailable: weights are missing; `huiting setup` installs them.
    """

    def __init__(self, *, hotwords: Iterable[str] = (), **settings: Any) -> None:  # noqa: ANN401
        self._stack = ExitStack()
        chosen = resolve(settings).settings
        hints = hints_of(chosen)
        words = parse_hotwords("\n".join(hotwords), "hotwords")
        self._hints = replace(hints, hotwords=_joined(hints.hotwords, words))
        self._roles = chosen.roles
        readers = Readers(chosen)
        self._judge = judge_of(chosen, readers)
        self._ticket = ticketing(chosen, readers)
        self._kit = self._stack.enter_context(kit_of(chosen, self._hints, readers))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the models go."""
        self._stack.close()

    def analyze(
        self,
        audio: str | Path | bytes | NDArray[Any],
        rate: int | None = None,
        *,
        name: str | None = None,
        raw: str | None = None,
        roles: Iterable[Role | str] | None = None,
        started_at: datetime | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Analysis:
        """Analyze one recording.

        Args:
            audio: a path, the bytes of a file, or samples of shape (n,) or (channels, n),
                floats in [-1, 1] or 16-bit integers.
            rate: Hz, of samples only.
            name: what the recording is called; its path by default.
            raw: how to read headerless audio, such as `mulaw:8000:2`.
            roles: whom each channel carries, where known.
            started_at: when the call began.
            metadata: what else is known of it.

        Raises:
            InputError: the audio cannot be read.
            EngineError: a model failed.
        """
        source = Source(
            audio=_audio(audio, rate),
            name=name or (str(audio) if isinstance(audio, str | Path) else "audio"),
            roles=tuple(map(_role, roles)) if roles is not None else self._roles,
            started_at=started_at,
            metadata=dict(metadata or {}),
            raw=RawFormat.parse(raw) if raw else None,
        )
        return run(source, self._kit, self._hints)

    def judge(self, analysis: Analysis) -> Judgement:
        """Return what the rules and scorecards of the settings say of a call.

        Raises:
            ConfigError: the settings name no rules.
        """
        if self._judge is None:
            raise ConfigError("rules", "the settings name none", "give rules=[Path(...)]")
        return self._judge.judge(flat(analysis))

    def ticket(self, analysis: Analysis, judgement: Judgement | None = None) -> Ticket | None:
        """Return the priority ticket of a pressing call in another language; None for others.

        Translated where the settings name a language model.

        Args:
            analysis: of the call.
            judgement: of the call, for a fatal fault; None when it was not judged.
        """
        return self._ticket(analysis, judgement)


def analyze(
    audio: str | Path | bytes | NDArray[Any],
    rate: int | None = None,
    *,
    hotwords: Iterable[str] = (),
    **options: Any,  # noqa: ANN401
) -> Analysis:
    """Analyze one recording; see `Analyzer` for the settings and its `analyze` for the rest.

    Loads the models each time: for many recordings keep an `Analyzer`.
    """
    own = {"name", "raw", "roles", "started_at", "metadata"}
    said = {key: options.pop(key) for key in own & options.keys()}
    with Analyzer(hotwords=hotwords, **options) as analyzer:
        return analyzer.analyze(audio, rate, **said)


def _audio(audio: str | Path | bytes | NDArray[Any], rate: int | None) -> Path | bytes | Samples:
    if isinstance(audio, str | Path):
        return Path(audio)
    if isinstance(audio, bytes):
        return audio
    if rate is None:
        raise InputError("samples", "their rate is not given", "give it in Hz: analyze(x, 16000)")
    return Samples(audio, rate)


def _role(name: Role | str) -> Role:
    try:
        return Role(name)
    except ValueError as error:
        raise InputError(
            f"role {name!r}", "there is no such role", f"choose one of {', '.join(Role)}"
        ) from error


def _joined(listed: Iterable[Hotword], given: Iterable[Hotword]) -> tuple[Hotword, ...]:
    """Return both lists; of a word in both, the one given directly."""
    return tuple({word.text: word for word in [*listed, *given]}.values())
