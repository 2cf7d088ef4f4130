"""Put the service together: what `serve` answers with, and what a worker exports with."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

from platformdirs import user_data_path

from huiting import __version__
from huiting.app.clock import now
from huiting.app.database import store_of
from huiting.app.entrances import access_of, audit_of, live_terms_of, measured
from huiting.app.force import CurrentJudge, settings_in, together, trying
from huiting.app.judging import flat
from huiting.app.keeping import Kept, answers, keeping_of, vault_of
from huiting.app.live import Wanted, live_of
from huiting.app.observing import loads_of, rooms_of
from huiting.app.outreach import mail_of, plan_of, postal_of
from huiting.app.queues import queue_of
from huiting.app.readers import Readers
from huiting.app.recognizers import names_of
from huiting.app.recordings import recordings_of, tidied
from huiting.app.settings import Settings, in_zone, zone_of
from huiting.app.storages import storages_of
from huiting.app.watchers import Watchers
from huiting.app.wiring import audio_limits_of, hints_of, made_by, models_of, speech_of
from huiting.audio.decode import probe
from huiting.audio.metadata import Pattern, gather
from huiting.core.errors import HuitingError, InputError
from huiting.core.meaning import Meaning
from huiting.core.ports import MeaningStage
from huiting.core.types import Call
from huiting.engines import catalogue
from huiting.engines.device import device
from huiting.jobs.queue import Queue
from huiting.observe.metrics import Metrics
from huiting.service.answers import Answers
from huiting.service.batches import Batches
from huiting.service.correcting import Correcting
from huiting.service.dashboard import Dashboard
from huiting.service.digests import Digests
from huiting.service.exporting import Exports
from huiting.service.handing import Desk
from huiting.service.hearing import Hearing
from huiting.service.hidden import Hiding
from huiting.service.library.force import Force
from huiting.service.library.shelf import Shelf
from huiting.service.library.trial import Trials
from huiting.service.mailing.sending import Mailer
from huiting.service.outreach import Outreach
from huiting.service.people.accounts import Given as FirstPassword
from huiting.service.people.entrance import Open
from huiting.service.people.known import Known
from huiting.service.reading import Reading
from huiting.service.recordings import Given, Recordings
from huiting.service.remarks import Remarking
from huiting.service.reporting import Reporting
from huiting.service.review.appeals import Appeals
from huiting.service.reviewing import Reviewing
from huiting.service.sheets import Sheets
from huiting.service.speech.desk import Listening
from huiting.service.state import DeviceState, DiskState, ModelState, SettingState, State
from huiting.service.transcriber import Transcriber
from huiting.service.uploads import Uploads
from huiting.service.work import Work
from huiting.store import Store
from huiting.store.library import Library
from huiting.store.people import People
from huiting.store.reviews import Reviews
from huiting.store.transcriptions import Transcriptions
from huiting.text.entities.lists import tags_of
from huiting.text.redaction.policy import Policy
from huiting.vault.place import Vault
from huiting.web.noting import Noting
from huiting.web.parts import Limits, Parts

MOST_OF_A_DAY = 2_000_000
"""Calls that a digest counts, with those of the weeks before: nobody waits for it."""
LEAST_ROOM = 256 << 20
"""Bytes that must be free where recordings are kept, or none are taken."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How the service is to be, besides the settings."""

    sign_in: bool = True
    """People must show who they are; else whoever reaches the service may do everything."""
    limits: Limits = field(default_factory=Limits)
    settings: tuple[SettingState, ...] = ()
    """As an administrator sees them."""


def exports_of(settings: Settings, store: Store, queue: Queue) -> Exports:
    """Return what writes calls as files."""
    return exports_in(settings, store, queue, reading_of(settings, store))


def exports_in(settings: Settings, store: Store, queue: Queue, reading: Reading) -> Exports:
    """Return the same, with what reads calls."""
    who = Known(People(store.database), now)
    return Exports(store, queue, reading, data_of(settings) / "exports", who)


def reading_of(settings: Settings, store: Store) -> Reading:
    """Return what reads calls for people."""
    readers = Readers(settings)
    return Reading(store, Policy(tags=tags_of(readers.lists)), finder_of(readers))


def finder_of(readers: Readers) -> MeaningStage:
    """Return what finds personal data; its models are loaded when it is first needed."""

    def find(call: Call, known: Meaning) -> Meaning:
        return readers.entities(call, known)

    return find


def data_of(settings: Settings) -> Path:
    """Return the folder of what the service keeps besides the database."""
    return recordings_of(settings).parent


@contextmanager
def parts_of(settings: Settings, wish: Wish) -> Iterator[Parts]:
    """Give what the server is built from; the database is closed at the end.

    Raises:
        ConfigError: a setting is wrong.
        StoreError: the database cannot be used.
    """
    vault = vault_of(settings, wish.limits.upload)
    with store_of(settings) as store, tidied(vault), ExitStack() as stack:
        queue = queue_of(settings, store)
        reading = reading_of(settings, store)
        data, zone = data_of(settings), zone_of(settings)
        audit, library = audit_of(settings, store), Library(store.database)
        current = current_judge(settings, library)
        digest = Digest(settings, current.force)
        recordings = Recordings(
            store, queue, vault, _describing(settings), digest, now, wish.limits.upload,
            _probing(settings), names_of(settings),
        )  # fmt: skip
        batches = Batches(store, queue, now)
        listening = Listening(
            store, queue, vault, speech_of(settings), now, wish.limits.upload, _probing(settings)
        )  # fmt: skip
        desk = Desk(recordings, batches, zone, speech=listening.arrived)
        access = access_of(settings, store) if wish.sign_in else None
        metrics = metrics_of(settings, queue)
        hearing = Hearing(vault, data / "heard", reading.policy, ring=vault.ring)
        exports = exports_in(settings, store, queue, reading)
        reporting = Reporting(store, flat, Hiding(reading.policy, reading.find), now, zone)
        wanted = Wanted(
            recordings, reading, audit, metrics, Watchers(current), data, vault.ring
        )  # fmt: skip
        yield Parts(
            store=store,
            queue=queue,
            doorkeeper=measured(access) if access else Open(),
            recordings=recordings,
            desk=desk,
            storages=storages_of(settings),
            uploads=Uploads(store, data / "uploads", desk.arrived, now, wish.limits.upload),
            batches=batches,
            reading=reading,
            hearing=hearing,
            exports=exports,
            reporting=reporting,
            dashboard=Dashboard(reporting.days, queue, now),
            answers=Answers(store, now),
            transcriber=Transcriber(
                store,
                queue,
                vault,
                Transcriptions(store.database),
                digest,
                now,
                engines=names_of(settings),
            ),
            listening=listening,
            live=stack.enter_context(live_of(settings, wanted)),
            engines=names_of(settings),
            shelf=Shelf(library, audit, together(settings), now),
            trials=Trials(store, flat, trying(settings)),
            rules=lambda: _digest_of(current),
            reviewing=Reviewing(store, Reviews(store.database), audit, now),
            appeals=Appeals(
                store, reading, Reviews(store.database), audit, now, settings.appeal_days
            ),
            remarking=Remarking(store, reading, audit, now),
            correcting=Correcting(store, reading, audit, now),
            sheets=Sheets(reading),
            work=Work(store, queue),
            keeping=keeping_of(settings, Kept(store, queue, audit, hearing, exports, answers())),
            noting=Noting(audit),
            metrics=metrics,
            state=_state_of(settings, recordings_of(settings), wish.settings),
            ready=_readiness(store, vault, recordings_of(settings)),
            now=now,
            zone=zone,
            limits=wish.limits,
            mailed=plan_of(settings),
            postal=postal_of(settings),
            access=access,
            live_terms=live_terms_of(settings),
        )


def first_password(parts: Parts) -> FirstPassword | None:
    """Make an administrator where there is nobody yet; to be shown on the terminal, once."""
    return parts.access.accounts.first() if parts.access else None


def digests_of(settings: Settings, store: Store, outreach: Outreach) -> Digests:
    """Return what tells of the day before."""
    reading = reading_of(settings, store)
    hiding = Hiding(reading.policy, reading.find)
    reporting = Reporting(store, flat, hiding, now, zone_of(settings), most=MOST_OF_A_DAY)
    return Digests(outreach, reporting, now, zone_of(settings), settings.address or None)


def mailer_of(settings: Settings, told: Digests) -> Mailer:
    """Return what sends reports that people have mailed."""
    mail, reporting = mail_of(told.outreach), told.reporting
    return Mailer(
        told.outreach.queue, reporting, audit_of(settings, reporting.store), postal_of(settings),
        None if mail is None else mail.addressed, now, told.address,
    )  # fmt: skip


def current_judge(settings: Settings, library: Library) -> CurrentJudge:
    """Return what gives the judge that is in force."""
    force = Force(library, data_of(settings) / "published")
    return CurrentJudge(settings, force, Readers(settings))


def _digest_of(current: CurrentJudge) -> str:
    judge = current()
    if judge is None:
        raise InputError("rules", "there are none", "publish rules, or name a file in the settings")
    return judge.digest


def metrics_of(settings: Settings, queue: Queue) -> Metrics:
    """Return what counts requests, and looks at the queue and the disks."""
    metrics = Metrics(__version__)
    metrics.watch(loads_of(queue), rooms_of(recordings=recordings_of(settings)))
    return metrics


def _probing(settings: Settings) -> Callable[[Path, str], None]:
    limits = audio_limits_of(settings)

    def look(path: Path, name: str) -> None:
        probe(path, called=name, limits=limits)

    return look


def _describing(settings: Settings) -> Callable[[str], Given]:
    zone = zone_of(settings)
    pattern = Pattern.compile(settings.metadata, zone) if settings.metadata else None

    def describe(name: str) -> Given:
        known = gather(Path(name), pattern=pattern, sidecars=False, zone=zone)
        return Given(
            known.values, in_zone(known.started_at, settings), known.roles or settings.roles
        )

    return describe


@dataclass(slots=True)
class Digest:
    """Gives what changes whenever an analysis may come out otherwise."""

    settings: Settings
    force: Force
    _known: tuple[str, str] = ("", "")

    def __call__(self) -> str:
        """Return it, for what is in force now."""
        state = self.force.now()
        if self._known[0] != state.stamp:
            self._known = (state.stamp, _digest(settings_in(self.settings, state)))
        return self._known[1]


def _digest(settings: Settings) -> str:
    made = made_by(settings)
    told = (made.huiting, made.engine, sorted(made.models.items()), made.settings, made.meaning)
    return sha256(repr((told, hints_of(settings))).encode()).hexdigest()


def _readiness(store: Store, vault: Vault, root: Path) -> Callable[[], str | None]:
    def ready() -> str | None:
        try:
            store.count()
            vault.check()
            free = shutil.disk_usage(_existing(root)).free
        except HuitingError as error:
            return str(error)
        except OSError as error:
            return str(error.strerror)
        return None if free > LEAST_ROOM else "the disk of recordings is full"

    return ready


def _state_of(
    settings: Settings, recordings: Path, told: tuple[SettingState, ...]
) -> Callable[[], State]:
    @cache
    def checked() -> tuple[tuple[ModelState, ...], DeviceState]:
        """Look once: reading all weights takes seconds, and they do not change."""
        found = device()
        models = tuple(
            ModelState(
                entry.name, entry.licence, entry.files[0].sha256,
                catalogue.check(entry, settings.models).state.value,
            )
            for entry in models_of(settings)
        )  # fmt: skip
        gpus = f"{found.gpus} CUDA" if found.gpus else None
        return models, DeviceState(found.processor, found.threads, gpus)

    def look() -> State:
        models, machine = checked()
        places = {"recordings": recordings, "models": settings.models}
        usage = {use: shutil.disk_usage(_existing(place)) for use, place in places.items()}
        disks = [DiskState(use, found.free, found.total) for use, found in usage.items()]
        return State(__version__, settings.engine, models, machine, disks, told)

    return look


def _existing(folder: Path) -> Path:
    """Return the folder, or the first above it that is there."""
    return next((place for place in (folder, *folder.parents) if place.is_dir()), user_data_path())
