"""Live calls as the settings ask for them."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from huiting.app.clock import now
from huiting.app.settings import Settings
from huiting.app.streaming import usual_plan
from huiting.app.wiring import roles_of, voice_detector_of
from huiting.core.errors import ConfigError
from huiting.core.ports import RoleDecider, StreamingVoice
from huiting.core.types import Channel, Recording
from huiting.live.plan import Plan
from huiting.live.scene import Watcher
from huiting.live.session import Session
from huiting.observe.metrics import Metrics
from huiting.service.live.calls import Hands, Live
from huiting.service.live.keeping import Keeper, name_of
from huiting.service.live.limits import Limits, Unconsented
from huiting.service.live.spool import Kept
from huiting.service.reading import Reading
from huiting.service.recordings import Recordings
from huiting.store.audit import Audit
from huiting.store.live import LiveCalls
from huiting.vault.sealed import KeyRing

if TYPE_CHECKING:
    from huiting.service.live.hearing import Listener

_plan = TypeAdapter(Plan)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What live calls are made with besides the settings."""

    recordings: Recordings
    reading: Reading
    audit: Audit
    metrics: Metrics
    watchers: Callable[[], Sequence[Watcher]]
    """Gives what notices cues, fresh for a call."""
    data: Path
    """Folder of what the service keeps besides the database."""
    ring: KeyRing | None = None
    """What recordings are sealed with."""


@contextmanager
def live_of(settings: Settings, wanted: Wanted) -> Iterator[Live]:
    """Give the live calls; what hears them is loaded when it is needed, or once they are started.

    Raises:
        ConfigError: a setting is wrong.
    """
    from huiting.app.live_hosting import listener_of

    listener, host = listener_of(settings, settings.live_parallel)
    with host:
        live = made(settings, wanted, listener)
        wanted.metrics.watch_live(live.load)
        try:
            yield live
        finally:
            live.close()


def made(settings: Settings, wanted: Wanted, listener: "Listener") -> Live:
    """Return the live calls with what hears them.

    Raises:
        ConfigError: a setting is wrong.
    """
    plan, limits = plan_of(settings), limits_of(settings)
    keeper = Keeper(
        wanted.recordings, LiveCalls(wanted.recordings.store.database), wanted.audit, now,
        limits.unconsented,
    )  # fmt: skip

    @cache
    def voice() -> StreamingVoice:
        return voice_detector_of(settings)

    hands = Hands(
        sessions=sessions_of(plan, voice, roles_of(settings), wanted.watchers),
        listener=listener,
        keeper=keeper,
        policy=wanted.reading.policy,
        find=wanted.reading.find,
        clock=time.monotonic,
        counting=wanted.metrics,
        threads=settings.live_parallel,
        ring=wanted.ring,
        ready=settings.live_warm,
    )
    return Live(wanted.data / "live", hands, limits)


def sessions_of(
    plan: Plan,
    voice: Callable[[], StreamingVoice],
    decide: RoleDecider | None,
    watchers: Callable[[], Sequence[Watcher]],
) -> Callable[[Kept], Session]:
    """Return what makes the session of a call.

    Args:
        plan: how calls are cut and told.
        voice: gives what detects speech; asked when the first call begins.
        decide: says who is who where a role is not known.
        watchers: gives what notices cues, fresh for a call.
    """

    def make(kept: Kept) -> Session:
        opening = kept.opening
        channels = [Channel(index, role) for index, role in enumerate(opening.roles)]
        return Session(
            channels,
            {channel.index: voice().stream() for channel in channels},
            replace(plan, interim=plan.interim and opening.interim),
            recording=Recording(
                kept.id, name_of(kept), 0, 0.0, opening.rate, opening.encoding.value,
                tuple(channels), kept.opened_at, opening.metadata,
            ),
            watchers=watchers(),
            decide=decide,
        )  # fmt: skip

    return make


def limits_of(settings: Settings) -> Limits:
    """Return how much live calls may take."""
    return Limits(
        calls=settings.live_calls,
        own=settings.live_calls_per_user,
        gap=settings.live_gap,
        longest=settings.max_hours * 3600,
        unconsented=Unconsented(settings.live_unconsented),
    )


def plan_of(settings: Settings) -> Plan:
    """Return how live calls are cut and told.

    Raises:
        ConfigError: there is no such option, or it makes no sense; or the engine that is to tell
            partials does not stream.
    """
    names = [field.name for field in fields(Plan)]
    for name in settings.live_options:
        if name not in names:
            raise ConfigError(
                f"setting live_options: {name}", "there is no such option",
                f"choose from {', '.join(names)}",
            )  # fmt: skip
    try:
        return _plan.validate_python(usual_plan(settings) | dict(settings.live_options))
    except (ValidationError, ValueError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise ConfigError("setting live_options", reason, "correct the value") from error
