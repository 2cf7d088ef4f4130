"""Which engine tells what is being said in live calls, where one streams natively."""

from dataclasses import dataclass

from huiting.app.recognizers import choice_of, part
from huiting.app.settings import Settings
from huiting.core.errors import ConfigError
from huiting.core.plugins import declares
from huiting.core.ports import Recognizer, StreamingRecognizer
from huiting.engines.careful import Careful
from huiting.engines.enhanced import Enhanced

FIRST, EVERY = 0.2, 0.3
"""Seconds of speech before the first partial, and from one to the next, where a stream tells them:
none is decoded twice, so they cost no more."""


@dataclass(frozen=True, slots=True)
class Streaming:
    """An engine whose streams hear live calls."""

    engine: str
    """Its name in the settings."""
    finals: bool
    """It tells finals, too; else `Settings.engine` does, clip by clip."""


def streaming(settings: Settings) -> Streaming | None:
    """Return which engine streams; None where all is decoded clip by clip.

    Where speech is enhanced first, streams are used for partials alone, and only if they are
    asked for: an enhancer wants whole clips.

    Raises:
        ConfigError: there is no such engine, or the one that is to tell partials does not stream.
    """
    own = not settings.enhancer and _streams(settings)
    wanted = settings.live_partials
    if not wanted or (own and wanted == settings.engine):
        return Streaming(settings.engine, finals=True) if own else None
    if not _streams(part(settings, wanted)):
        raise ConfigError(
            f"setting live_partials: {wanted!r}",
            "this engine does not stream",
            "choose one that does, such as zipformer, or leave it empty",
        )
    return Streaming(wanted, finals=False)


def source_of(recognizer: Recognizer) -> StreamingRecognizer:
    """Return what streams in a recognizer that may be wrapped.

    Raises:
        ConfigError: nothing does.
    """
    while isinstance(recognizer, Careful | Enhanced):
        recognizer = recognizer.recognizer
    if not isinstance(recognizer, StreamingRecognizer):
        raise ConfigError(
            "setting live_partials",
            "this engine does not stream",
            "choose one that does, such as zipformer, or leave it empty",
        )
    return recognizer


def usual_plan(settings: Settings) -> dict[str, float | bool]:
    """Return options of live calls that are better otherwise where an engine streams.

    Raises:
        ConfigError: see `streaming`.
    """
    found = streaming(settings)
    if found is None:
        return {}
    often: dict[str, float | bool] = {"first": FIRST, "every": EVERY}
    return often | {"drafts": False, "context": 0.0} if found.finals else often


def parts_that_stream(settings: Settings) -> tuple[Settings, ...]:
    """Return the settings of an engine that is needed for partials alone, if any."""
    wanted = settings.live_partials
    return (part(settings, wanted),) if wanted and wanted != settings.engine else ()


def _streams(settings: Settings) -> bool:
    return declares("huiting.engines", choice_of(settings).engine, "STREAMING")
