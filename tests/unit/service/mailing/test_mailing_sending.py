"""Reports by mail, from a schedule to a letter that arrives: once, and only what may be seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from empty_stores import empty_store
from fakes import analysis, says
from fakes import call as heard
from huiting.access.permissions import UserRole
from huiting.access.principal import Principal
from huiting.app.judging import flat
from huiting.core.errors import Conflict, Forbidden, InputError, Unknown
from huiting.core.types import Emotion, EmotionLabel, Role
from huiting.jobs.job import Job, State
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Wanted
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.jobs.work.crew import Crew
from huiting.notify.mail import build
from huiting.notify.notice import DeliveryError
from huiting.service.hidden import Hiding
from huiting.service.mailing.desk import MOST, Mailings
from huiting.service.mailing.sending import LOOK, ORDER, SEND, Mailer
from huiting.service.mailing.terms import Postal
from huiting.service.people.principals import of_user
from huiting.service.reporting import Reporting
from huiting.store import Store, mailings
from huiting.store.audit import Wanted as Audited
from huiting.store.mailings import Period, Terms
from huiting.text.entities.stage import entities_stage
from huiting.text.redaction.policy import Policy
from receivers import Postbox, postbox
from unit.service.people.house import BOSS, Clock, House

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2025, 3, 12, 12, tzinfo=UTC)
DAILY = Terms(Period.DAY, Period.DAY, 8, ("lead@example.com", "boss@example.com"))


@dataclass
class Post:
    house: House
    box: Postbox
    mailer: Mailer

    @property
    def desk(self) -> Mailings:
        mailer = self.mailer
        return Mailings(
            self.house.store, mailer.queue, mailer.audit, self.house.clock, mailer.postal
        )

    def person(self, name: str = "wang", **more: object) -> Principal:
        number = self.house.add(name, **more)  # type: ignore[arg-type]
        return self.seen(number)

    def seen(self, number: int) -> Principal:
        with self.house.people.reading() as desk:
            return of_user(desk.accounts.get(number), session=1)

    def look(self) -> None:
        with self.house.store.database.writing() as connection:
            self.mailer.queue.put(connection, ORDER)
        self._do(LOOK)

    def send(self) -> None:
        self._do(SEND)

    def work(self) -> Sequence[Job]:
        """Send what is to be sent as a worker does; return the jobs as they ended."""
        queue = self.mailer.queue
        claims = Claims(queue.ledger)
        crew = Crew(claims, {SEND: self.mailer.send}, 1)
        leases = claims.claim("tester", [SEND], 10)
        for lease in leases:
            crew.start(iter([lease]).__next__).result(60)
        return [queue.get(lease.job.id) for lease in leases]

    def _do(self, kind: str) -> None:
        claims = Claims(self.mailer.queue.ledger)
        for lease in claims.claim("tester", [kind], 10):
            running = Running(lease, claims)
            (self.mailer.look if kind == LOOK else self.mailer.send)(running)
            if not running.finished:
                with self.house.store.database.writing() as connection:
                    running.finish(connection)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with Store.open(empty_store(tmp_path / "calls.db")) as store, postbox() as box:
        clock = Clock(EVENING)
        house = House(store, clock)
        mail = build(
            host="127.0.0.1", port=box.port, sender="h@example.com", to=["x@example.com"],
            security="none",
        )  # fmt: skip
        reporting = Reporting(store, flat, Hiding(Policy(), entities_stage()), clock, SHANGHAI)
        postal = Postal("Asia/Shanghai", ("example.com",), server=True)
        queue = open_queue(store.database, Mode.EMBEDDED)
        mailer = Mailer(
            queue, reporting, house.audit, postal, mail.addressed, clock, "https://qa.example/"
        )
        yield Post(house, box, mailer)


def _keep(store: Store, number: int, team: str) -> None:
    """Keep a call of 12 March, of a customer who is angry and says a telephone number."""
    feeling = Emotion(EmotionLabel.ANGRY, 0.9)
    said = "手机爆炸了，我的手机号是13800138000"
    call = heard(
        says(Role.AGENT, 0, 1, "您好"), replace(says(Role.CUSTOMER, 1, 4, said), emotion=feeling)
    )
    at = datetime(2025, 3, 12, 9, tzinfo=SHANGHAI) + timedelta(minutes=number)
    recording = replace(
        call.recording, id=f"{number:064x}", started_at=at,
        metadata={"agent": "801", "team": team, "phone": "13800138000"},
    )  # fmt: skip
    found = analysis(replace(call, recording=recording))
    store.save(found, at=EVENING, dialogue=flat(found))


def _fill(store: Store) -> None:
    for number in range(10):
        _keep(store, number, "A" if number < 4 else "B")


def _text(box: Postbox) -> str:
    text = box.mails[-1].get_body(("plain",))
    assert text is not None
    return str(text.get_content())


def test_a_day_arrives_once_at_its_hour_however_often_it_is_looked(post: Post) -> None:
    _fill(post.house.store)
    post.desk.make(DAILY, post.person(), BOSS)
    post.look()
    post.send()
    assert post.box.mails == []

    post.house.clock.on(hours=12, minutes=5)
    for _ in range(3):
        post.look()
        post.send()
    [mail] = post.box.mails
    assert mail["Subject"] == "质检日报 2025-03-12"
    assert post.box.recipients == ["lead@example.com", "boss@example.com"]
    assert "通话: 10" in _text(post.box)
    assert "13800138000" not in mail.as_string() + _text(post.box)
    assert "https://qa.example/reports?kind=day&since=2025-03-12&until=2025-03-12" in _text(
        post.box
    )
    assert ("user:1", "exported", "schedule:1") in post.house.noted()

    post.house.clock.on(days=1)
    post.look()
    post.send()
    assert len(post.box.mails) == 2


def _attached(box: Postbox) -> dict[str, bytes]:
    found = {}
    for part in box.mails[-1].iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[str(part.get_filename())] = content
    return found


def test_the_report_comes_with_it_to_print_and_as_a_workbook(post: Post) -> None:
    _fill(post.house.store)
    post.desk.make(replace(DAILY, of=Period.WEEK, team="B"), post.person(), BOSS)
    post.house.clock.on(days=5)
    post.look()
    post.send()
    files = _attached(post.box)

    assert sorted(files) == [
        "report-2025-03-10-to-2025-03-16.html", "report-2025-03-10-to-2025-03-16.xlsx",
    ]  # fmt: skip
    page = files["report-2025-03-10-to-2025-03-16.html"].decode()
    assert "手机爆炸了" in page
    assert "13800138000" not in page
    assert "src=" not in page.replace('src="data:', "")
    assert "B" in page
    with ZipFile(BytesIO(files["report-2025-03-10-to-2025-03-16.xlsx"])) as book:
        told = b"".join(book.read(name) for name in book.namelist()).decode()
    assert "13800138000" not in told
    shown = post.box.mails[-1].get_body(("html",))
    assert shown is not None
    assert "cid:hours" in shown.get_content()


@pytest.mark.parametrize(
    ("largest", "wanted", "names", "told"),
    [
        (5_000_000, False, [], False),
        (0, True, [], False),
        (20_000, True, ["report-2025-03-12.html"], True),
        (1, True, [], True),
    ],
    ids=["not wanted", "never with files", "the page fits", "nothing fits"],
)
def test_files_stay_away_that_nobody_wants_or_that_are_too_large(
    post: Post, largest: int, *, wanted: bool, names: list[str], told: bool
) -> None:
    _fill(post.house.store)
    postal = replace(post.mailer.postal, largest=largest)
    post.mailer = replace(post.mailer, postal=postal)
    owner = post.person()
    made = post.desk.make(replace(DAILY, attached=wanted), owner, BOSS)
    post.house.clock.on(hours=13)
    post.look()
    post.send()

    assert sorted(_attached(post.box)) == names
    assert ("未全部随信附上" in _text(post.box)) == told
    assert post.desk.list(owner)[0].terms.attached == made.terms.attached == wanted


def test_days_that_nobody_looked_are_made_up_for_by_the_last(post: Post) -> None:
    post.desk.make(DAILY, post.person(), BOSS)
    post.house.clock.on(days=5)
    post.look()
    post.send()

    assert [mail["Subject"] for mail in post.box.mails] == ["质检日报 2025-03-16"]


def test_two_who_look_at_once_put_one_job(post: Post) -> None:
    made = post.desk.make(DAILY, post.person(), BOSS)
    due = EVENING + timedelta(hours=12)
    with post.house.store.database.writing() as connection:
        taken = [mailings.take(connection, made, due) for _ in range(2)]

    assert taken == [True, False]


def test_what_the_owner_sees_now_is_what_is_told(post: Post) -> None:
    _fill(post.house.store)
    owner = post.person("zhao", role=UserRole.TEAM_LEAD, teams=frozenset({"A"}))
    post.desk.make(DAILY, owner, BOSS)
    post.house.clock.on(hours=13)
    post.look()
    post.send()

    assert "通话: 4" in _text(post.box)


def test_a_team_is_told_of_alone(post: Post) -> None:
    _fill(post.house.store)
    post.desk.make(replace(DAILY, team="B", language="en"), post.person(), BOSS)
    post.house.clock.on(hours=13)
    post.look()
    post.send()

    assert post.box.mails[0]["Subject"] == "Calls of 2025-03-12 · B"
    assert "6" in _text(post.box)
    assert "team=B" in _text(post.box)


def test_who_is_disabled_or_may_no_longer_sends_nothing(post: Post) -> None:
    gone, demoted = post.person("gone"), post.person("demoted")
    for owner in (gone, demoted):
        post.desk.make(DAILY, owner, BOSS)
    assert gone.user is not None
    assert demoted.user is not None
    post.house.clock.on(hours=13)
    post.look()
    with post.house.people.writing() as desk:
        desk.accounts.disable(gone.user, disabled=True)
        profile = desk.accounts.get(demoted.user).profile
        desk.accounts.change(demoted.user, replace(profile, role=UserRole.VIEWER.value))
    jobs = post.work()

    assert post.box.mails == []
    assert [job.state for job in jobs] == [State.FAILED, State.FAILED]
    told = {job.trouble.reason for job in jobs if job.trouble is not None}
    assert told == {"gone: may not come in any more", "demoted: may not do this (calls:export)"}
    noted = post.house.audit.entries(Audited(action="refused"))
    assert {(n.entry.name, n.entry.result) for n in noted} == {
        ("gone", "forbidden"), ("demoted", "forbidden"),
    }  # fmt: skip
    of_demoted = post.desk.list(replace(demoted, session=1))
    assert [t.code for t in post.desk.unsent(of_demoted).values()] == ["forbidden"]


def test_who_must_change_the_password_is_told_so_and_sends_nothing(post: Post) -> None:
    owner = post.person("li")
    post.desk.make(DAILY, owner, BOSS)
    assert owner.user is not None
    post.house.clock.on(hours=13)
    post.look()
    with post.house.people.writing() as desk:
        desk.accounts.set_password(owner.user, "kept", must_change=True)
    [job] = post.work()

    assert post.box.mails == []
    assert job.trouble is not None
    assert job.trouble.reason == "li: the password was made by somebody else"


def test_who_left_the_team_of_a_schedule_sends_nothing_of_it(post: Post) -> None:
    _fill(post.house.store)
    owner = post.person("zhao", role=UserRole.TEAM_LEAD, teams=frozenset({"A", "B"}))
    made = post.desk.make(replace(DAILY, team="B"), owner, BOSS)
    assert owner.user is not None
    assert post.desk.unsent([made]) == {}
    post.house.clock.on(hours=13)
    post.look()
    with post.house.people.writing() as desk:
        profile = desk.accounts.get(owner.user).profile
        desk.accounts.change(owner.user, replace(profile, teams=frozenset({"A"})))
    [job] = post.work()

    assert post.box.mails == []
    assert job.trouble is not None
    assert "calls of this team are not yours" in job.trouble.reason
    [kept] = post.desk.list(owner)
    assert post.desk.unsent([kept])[made.key] == job.trouble


def test_what_is_paused_or_removed_sends_nothing_not_even_afterwards(post: Post) -> None:
    owner = post.person()
    paused, removed = (post.desk.make(DAILY, owner, BOSS) for _ in range(2))
    post.house.clock.on(hours=13)
    post.look()
    post.desk.pause(paused.key, owner, BOSS, paused=True)
    post.desk.remove(removed.key, owner, BOSS)
    post.send()
    post.desk.pause(paused.key, owner, BOSS, paused=False)
    post.look()
    post.send()

    assert post.box.mails == []
    assert [one.paused for one in post.desk.list(owner)] == [False]
    post.house.clock.on(days=1)
    post.look()
    post.send()
    assert len(post.box.mails) == 1


def test_a_trial_is_sent_at_once_also_of_what_is_paused(post: Post) -> None:
    owner = post.person()
    made = post.desk.make(DAILY, owner, BOSS)
    post.desk.pause(made.key, owner, BOSS, paused=True)
    for _ in range(2):
        post.desk.trial(made.key, owner)
    post.send()

    assert [mail["Subject"] for mail in post.box.mails] == ["质检日报 2025-03-11"]


def test_an_address_that_is_not_allowed_any_more_gets_nothing(post: Post) -> None:
    owner = post.person()
    made = post.desk.make(DAILY, owner, BOSS)
    post.desk.trial(made.key, owner)
    post.mailer = replace(post.mailer, postal=replace(post.mailer.postal, domains=("other.cn",)))
    post.send()
    assert post.box.mails == []

    post.mailer = replace(post.mailer, postal=Postal())
    post.house.clock.on(days=2)
    post.look()
    assert post.mailer.queue.page(Wanted((State.WAITING,), SEND)).items == ()


def test_a_mail_server_that_is_away_is_for_the_queue_to_try_again(post: Post) -> None:
    owner = post.person()
    made = post.desk.make(DAILY, owner, BOSS)
    post.desk.trial(made.key, owner)
    post.box.reply = "451 later"

    with pytest.raises(DeliveryError):
        post.send()


def test_schedules_are_ones_own(post: Post) -> None:
    mine, other = post.person("mine"), post.person("other")
    made = post.desk.make(DAILY, mine, BOSS)

    assert post.desk.list(other) == []
    with pytest.raises(Unknown):
        post.desk.remove(made.key, other, BOSS)
    with pytest.raises(Unknown):
        post.desk.trial(made.key, other)
    with pytest.raises(Unknown):
        post.desk.pause(made.key, other, BOSS, paused=True)
    with pytest.raises(Forbidden):
        post.desk.list(replace(mine, session=None))


def test_a_schedule_that_may_not_be_is_refused(post: Post) -> None:
    lead = post.person("zhao", role=UserRole.TEAM_LEAD, teams=frozenset({"A"}))

    with pytest.raises(Forbidden, match="not yours"):
        post.desk.make(replace(DAILY, team="B"), lead, BOSS)
    with pytest.raises(InputError, match="must not go"):
        post.desk.make(replace(DAILY, to=("x@evil.com",)), lead, BOSS)
    for _ in range(MOST):
        post.desk.make(replace(DAILY, team="A"), lead, BOSS)
    with pytest.raises(Conflict):
        post.desk.make(DAILY, lead, BOSS)


def test_what_is_done_to_a_schedule_is_noted(post: Post) -> None:
    owner = post.person()
    made = post.desk.make(DAILY, owner, BOSS)
    post.desk.pause(made.key, owner, BOSS, paused=True)
    post.desk.remove(made.key, owner, BOSS)

    deeds = [deed for _, deed, subject in post.house.noted() if subject == "schedule:1"]
    assert deeds == ["added", "changed", "purged"]
