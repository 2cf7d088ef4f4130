"""A service to test: the real store, queue, vault and routes in a folder; only the doors are simple.

Who sends the token `NAME` is the principal of that name.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import cast

from starlette.testclient import TestClient

from applications import application
from empty_stores import empty_store
from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.access.credentials import Credentials
from huiting.access.permissions import PERMITTED, UserRole
from huiting.access.principal import Principal
from huiting.app.force import together, trying
from huiting.app.keeping import Kept, keeping_of
from huiting.app.settings import Settings
from huiting.app.wiring import speech_of
from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.errors import Forbidden, Unauthenticated
from huiting.core.meaning import Intent, IntentSource, Meaning
from huiting.core.types import Emotion, EmotionLabel, Segment
from huiting.jobs.mode import open_queue
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.observe.metrics import Metrics
from huiting.quality.dialogue import dialogue_of
from huiting.service.analysis import Judges
from huiting.service.answers import Answers
from huiting.service.batches import Batches
from huiting.service.bulk import work as bulk
from huiting.service.bulk.closing import Closing
from huiting.service.bulk.deeds import Assigning, Deed, Judging, Rehearing, Removing
from huiting.service.bulk.wish import Act
from huiting.service.correcting import Correcting
from huiting.service.dashboard import Dashboard
from huiting.service.exporting import Exports
from huiting.service.fetching import Folder as StorageFolder
from huiting.service.fetching import Storages
from huiting.service.handing import Desk
from huiting.service.hearing import Hearing
from huiting.service.hidden import Hiding
from huiting.service.library.shelf import Shelf
from huiting.service.library.trial import Trials
from huiting.service.live.calls import Live
from huiting.service.looking import Looking
from huiting.service.people.known import Known
from huiting.service.reading import Reading
from huiting.service.recordings import Given, Recordings
from huiting.service.remarks import Remarking
from huiting.service.reporting import Reporting
from huiting.service.review.appeals import Appeals
from huiting.service.reviewing import Reviewing
from huiting.service.sheets import Sheets
from huiting.service.speech.desk import Listening
from huiting.service.state import DeviceState, DiskState, ModelState, State
from huiting.service.transcriber import Transcriber
from huiting.service.uploads import Uploads
from huiting.service.work import Work
from huiting.store import Store
from huiting.store.audit import Audit
from huiting.store.library import Library
from huiting.store.people import People
from huiting.store.reviews import Reviews
from huiting.store.transcriptions import Transcriptions
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of
from huiting.text.redaction.policy import Policy
from huiting.vault.folder import Folder
from huiting.web.noting import Noting
from huiting.web.parts import Limits, Parts
from speaking import ScriptedLive

USUAL = Limits(answer=0.5)
ENGINES = ("whisper", "second")
"""Names of recognizers that may be asked for."""
NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Keeper:
    """A `Doorkeeper` that knows people by their token."""

    known: Mapping[str, Principal]

    def admit(self, credentials: Credentials) -> Principal:
        """Return the principal of this name."""
        found = self.known.get(credentials.bearer or "")
        if found is None:
            raise Unauthenticated("token", "not known", "send one that is")
        return found


def person(name: str, *, role: UserRole = UserRole.ADMINISTRATOR, **only: str) -> Principal:
    """Return somebody; `team="A"` limits what they see."""
    return Principal(
        f"user:{name}", name, role, PERMITTED[role], {k: frozenset({v}) for k, v in only.items()}
    )


PEOPLE = {
    "root": person("root"),
    "other": person("other"),
    "viewer": person("viewer", role=UserRole.VIEWER),
    "lead": person("lead", role=UserRole.TEAM_LEAD),
    "team-a": person("team-a", team="A"),
    "team-b": person("team-b", team="B"),
}


@dataclass(slots=True)
class Clock:
    """A clock that a test sets."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


@dataclass(frozen=True, slots=True)
class Served:
    """A running service, and what it is made of."""

    parts: Parts
    web: TestClient
    """Sends the token of `root`."""
    clock: Clock
    folder: Path

    def by(self, name: str) -> dict[str, str]:
        """Return the headers of a request by somebody."""
        return {"Authorization": f"Bearer {name}"}

    def save(self, made: Analysis) -> str:
        """Keep the analysis of a call; return its id."""
        self.parts.store.save(made, at=NOON)
        return made.call.recording.id

    def work(self) -> None:
        """Do what is to be done of exports and of all calls that were found, in this thread."""
        claims = Claims(self.parts.queue.ledger)
        for lease in claims.claim("tester", ["export"], 10):
            running = Running(lease, claims)
            self.parts.exports.run(running)
            with self.parts.store.database.writing() as connection:
                running.finish(connection)
        for lease in claims.claim("tester", [bulk.KIND], 10):
            bulk_of(self.parts)(Running(lease, claims))

    def done(self, job: int) -> None:
        """Have a job be over, as if a worker had done it."""
        claims = Claims(self.parts.queue.ledger)
        for lease in claims.claim("tester", ["analyze"], 100):
            if lease.job.id == job:
                with self.parts.store.database.writing() as connection:
                    Running(lease, claims).finish(connection)


def refund(
    name: str = "a", *, agent: str = "8001", team: str = "A", number: str = "13800138000"
) -> Analysis:
    """Return a call in which a customer, angry, says a telephone number."""
    angry = Emotion(EmotionLabel.ANGRY, 0.9)
    said = [
        says(AGENT, 0.2, 2, "您好，请讲。"),
        says(CUSTOMER, 2.5, 5, "我要退货，你们太慢了！"),
        says(AGENT, 5.5, 7, "请问您的手机号码是多少？"),
        says(CUSTOMER, 7.5, 10, f"我的手机号是{number}。"),
        says(AGENT, 10.5, 12, "好的，请稍等。"),
    ]
    segments: list[Segment] = [replace(s, emotion=angry) if "退货" in s.text else s for s in said]
    made = analysis(call(*segments, duration=14.0))
    recording = replace(
        made.call.recording,
        id=sha256(name.encode()).hexdigest(),
        path=f"/calls/{agent}_20250312101523_{number}_in.wav",
        metadata={"agent": agent, "team": team, "phone": number},
    )
    meaning = Meaning(intents=(Intent("售后/退货退款", 0.9, IntentSource.WORDS),))
    made = replace(
        made,
        call=replace(made.call, recording=recording, segments=tuple(segments)),
        meaning=meaning,
    )
    return replace(made, meaning=_FINDER(made.call, made.meaning))


_FINDER = entities_stage((), None, sounds_of)


def flat(made: Analysis) -> Dialogue:
    """Return a call as rules read it."""
    return dialogue_of(made, sounds_of)


def parts_in(
    folder: Path, store: Store, clock: Clock, limits: Limits = USUAL, ready: str | None = None
) -> Parts:
    """Return what a service in a folder is built from."""
    audit = Audit(store.database, clock)
    queue = open_queue(store.database, ended=Closing(audit))
    vault = Folder(folder / "recordings")
    policy = Policy()
    reading = Reading(store, policy, _FINDER)
    recordings = Recordings(
        store, queue, vault, _describe, lambda: "settings", clock, limits.upload, engines=ENGINES
    )
    batches = Batches(store, queue, clock)
    listening = Listening(store, queue, vault, speech_of(Settings()), clock, limits.upload)
    desk = Desk(recordings, batches, UTC, speech=listening.arrived)
    (folder / "pbx").mkdir(exist_ok=True)
    hearing = Hearing(vault, folder / "heard", policy)
    exports = Exports(store, queue, reading, folder / "exports", anybody(store, clock))
    kept = Kept(store, queue, audit, hearing, exports, folder / "answers", clock)
    settings = Settings(backups=folder / "backups")
    reporting = Reporting(store, flat, Hiding(policy, _FINDER), clock, UTC, most=100)
    return Parts(
        store=store,
        queue=queue,
        doorkeeper=Keeper(PEOPLE),
        recordings=recordings,
        desk=desk,
        storages=Storages({"pbx": StorageFolder(folder / "pbx")}),
        uploads=Uploads(store, folder / "uploads", desk.arrived, clock, limits.upload),
        batches=batches,
        reading=reading,
        hearing=hearing,
        exports=exports,
        keeping=keeping_of(settings, kept),
        reporting=reporting,
        dashboard=Dashboard(reporting.days, queue, clock),
        answers=Answers(store, clock),
        transcriber=Transcriber(
            store,
            queue,
            vault,
            Transcriptions(store.database),
            lambda: "settings",
            clock,
            engines=ENGINES,
        ),
        listening=listening,
        live=cast("Live", ScriptedLive()),
        engines=ENGINES,
        shelf=Shelf(Library(store.database), audit, together(Settings()), clock),
        trials=Trials(store, flat, trying(Settings())),
        rules=lambda: "rules",
        noting=Noting(audit),
        metrics=Metrics("0.1.0"),
        reviewing=Reviewing(store, Reviews(store.database), audit, clock),
        appeals=Appeals(store, reading, Reviews(store.database), audit, clock),
        remarking=Remarking(store, reading, audit, clock),
        correcting=Correcting(store, reading, audit, clock),
        sheets=Sheets(reading),
        work=Work(store, queue),
        state=_state,
        ready=lambda: ready,
        now=clock,
        zone=UTC,
        limits=limits,
    )


def bulk_of(
    parts: Parts,
    who: Callable[[str], Principal] | None = None,
    judges: Callable[[], Judges | None] = lambda: None,
    portion: int = bulk.PORTION,
) -> bulk.Working:
    """Return what goes through all calls that are found."""
    store, audit, now = parts.store, parts.reviewing.audit, parts.now
    removing = Removing(store, audit, now)
    deeds: dict[Act, Deed] = {
        Act.REMOVE: removing.remove,
        Act.RESTORE: removing.restore,
        Act.JUDGE: Judging(store, flat, judges, now),
        Act.HEAR: Rehearing(parts.recordings),
        Act.ASSIGN: Assigning(store, now),
    }
    return bulk.Working(Looking(parts.reading), who or somebody, deeds, audit, now, portion, 0.0)


def anybody(store: Store, clock: Callable[[], datetime]) -> Callable[[str], Principal]:
    """Return what knows `PEOPLE`, and who has an account."""
    accounts = Known(People(store.database), clock)

    def find(identity: str) -> Principal:
        mine = {known.id: known for known in PEOPLE.values()}
        return mine[identity] if identity in mine else accounts(identity)

    return find


def somebody(identity: str) -> Principal:
    """Return one of `PEOPLE` by their id."""
    for known in PEOPLE.values():
        if known.id == identity:
            return known
    raise Forbidden(identity, "may not come in any more", "have somebody else ask for it")


def _describe(name: str) -> Given:
    """Tell the agent, who is the beginning of a name such as `8001_x.wav`."""
    agent, mark, _ = name.partition("_")
    return Given({"agent": agent}) if mark else Given()


def _state() -> State:
    return State(
        "0.1.0", "whisper", (ModelState("whisper-base", "MIT", "d0" * 32, "verified"),),
        DeviceState("a processor", 2), (DiskState("database", 1, 2),),
    )  # fmt: skip


@contextmanager
def serving(folder: Path, limits: Limits = USUAL, ready: str | None = None) -> Iterator[Served]:
    """Give a service in a folder that is new, or was served before."""
    clock = Clock()
    path = folder / "calls.db"
    with Store.open(str(path) if path.exists() else empty_store(path)) as store:
        parts = parts_in(folder, store, clock, limits, ready)
        headers = {"Authorization": "Bearer root"}
        with application(parts) as app, TestClient(app, headers=headers) as web:
            yield Served(parts, web, clock, folder)
