"""The handlers that send reports by mail: one looks what is due, then one job for each mail.

A due time is taken and its job put in one transaction, so each is sent once, whoever dies.
What is told is what the owner may see when it is sent, without personal data.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, Unknown
from huiting.insights.day import Day
from huiting.insights.fields import Filter
from huiting.jobs.job import Order
from huiting.jobs.queue import Queue
from huiting.jobs.running import Running
from huiting.notify.notice import Attachment, Channel, Notice
from huiting.reports.digest import digest
from huiting.service.mailing.terms import Postal, told
from huiting.service.outreach import ATTEMPTS
from huiting.service.people.principals import of_user
from huiting.service.reporting import Reporting, Stretch
from huiting.service.views import View
from huiting.store import mailings
from huiting.store.audit import LONGEST, Action, Audit, Entry
from huiting.store.mailings import Mailing, Terms
from huiting.store.people import People

log = logging.getLogger(__name__)
LOOK, SEND = "look-for-mailings", "send-mailing"
"""Kinds of jobs."""
ORDER = Order(LOOK, "mailings", attempts=1)
"""What a schedule puts every minute."""
EVERY = 60.0
"""Seconds."""
FORGOTTEN = timedelta(days=1)
"""How long a look is known when it is over: there are 1,440 a day, and they tell nothing."""
NEEDED = (Permission.REPORTS_READ, Permission.CALLS_EXPORT)
"""What the owner must still be permitted when it is sent."""
TRIES = 3
"""Of a trial."""
XLSX, HTML = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/html"


@dataclass(frozen=True, slots=True)
class Mailer:
    """Both handlers. May run in several threads."""

    queue: Queue
    reporting: Reporting
    audit: Audit
    postal: Postal
    addressed: Callable[[tuple[str, ...]], Channel] | None
    """Returns what sends to these addresses; None where no mail server is known."""
    now: Callable[[], datetime]
    address: str | None = None
    """Of the pages, to link to."""

    def look(self, running: Running) -> None:
        """Put a job for each schedule that is due; of times that were missed, for the last."""
        database, now = self.reporting.store.database, self.now()
        with database.reading() as connection:
            known = () if self.postal.lacking else mailings.running(connection)
        for one in known:
            due = self.postal.due(one.terms, now)
            if due is not None and due > one.put_for:
                with database.writing() as connection:
                    if mailings.take(connection, one, due):
                        self.queue.put(connection, _order(one, due, self.postal.zone))
        self.queue.prune(FORGOTTEN, kind=LOOK)
        with database.writing() as connection:
            running.finish(connection)

    def send(self, running: Running) -> None:
        """Send a report, unless its owner may not have it sent any more.

        Raises:
            Forbidden: they may not; nothing was sent, and the audit log says so.
            DeliveryError: it did not arrive; the queue tries again.
            Undeliverable: the receiver refuses it.
        """
        payload = running.job.order.payload
        found = self._wanted(payload)
        if found is None:
            return
        mailing, reader = found
        to = self.postal.allowed(mailing.terms.to)
        if not to or self.addressed is None or not self.postal.zone:
            log.warning(
                "report not sent: the settings do not allow it", extra={"schedule": mailing.key}
            )
            return
        running.advance("count", 0.0)
        notice = self.notice(mailing, reader, payload)
        running.advance("send", 0.0)
        self._note(mailing, reader, to, running.job.order.subject)
        self.addressed(to).send(notice)

    def notice(self, mailing: Mailing, reader: Principal, payload: Mapping[str, object]) -> Notice:
        """Return a report, as somebody may see it."""
        terms = mailing.terms
        since, until = told(terms.of, date.fromisoformat(str(payload["day"])))
        where = str(Filter({"team": (terms.team,)})) if terms.team else "all"
        stretch, view = Stretch(since, until, where), View(reader)
        day = replace(self.reporting.day(stretch, view), since=since, until=until)
        files = self._files(day, terms) if terms.attached else ()
        made = digest(
            day,
            self.reporting.angry_words(stretch, view),
            identity=str(payload["identity"]),
            language=terms.language,
            at=self.now().astimezone(ZoneInfo(self.postal.zone)),
            link=self._link(since, until, terms.team),
            title=terms.team,
        )
        carried = self.postal.carried(files)
        left = left_out(terms.language) if len(carried) < len(files) else ()
        return replace(made, urgent=False, files=carried, lines=(*made.lines, *left))

    def _files(self, day: Day, terms: Terms) -> tuple[Attachment, ...]:
        """Return the report as files: the page that can be printed, and the workbook."""
        if not self.postal.largest:
            return ()
        name = "report-" + "-to-".join(dict.fromkeys((str(day.since), str(day.until))))
        page = self.reporting.printed(day, terms.language, terms.team)
        return (
            Attachment(f"{name}.html", HTML, page.encode()),
            Attachment(f"{name}.xlsx", XLSX, self.reporting.workbook(day)),
        )

    def _wanted(self, payload: Mapping[str, object]) -> tuple[Mailing, Principal] | None:
        """Return what is to be sent and for whom; None for what nobody wants sent any more.

        Raises:
            Forbidden: its owner may not have it sent any more.
        """
        key, trial = int(str(payload["schedule"])), bool(payload["trial"])
        try:
            with self.reporting.store.database.reading() as connection:
                mailing = mailings.find(connection, key)
            with People(self.reporting.store.database).reading() as desk:
                owner = desk.accounts.get(mailing.owner)
        except Unknown:
            return None  # removed meanwhile
        if mailing.paused and not trial:
            return None
        reader = of_user(owner)
        refusal = _refusal(mailing, reader, disabled=owner.disabled)
        if refusal is None:
            return mailing, reader
        log.warning("report not sent: its owner may not", extra={"schedule": key})
        detail = {"reason": refusal.reason[:LONGEST], "method": "mail"}
        subject = f"schedule:{mailing.key}"
        refused = Entry(
            reader.id, reader.name, Action.REFUSED, subject, result=refusal.code, detail=detail
        )
        self.audit.note(None, refused)
        raise refusal

    def _link(self, since: date, until: date, team: str) -> str | None:
        if not self.address:
            return None
        asked = {"kind": "day", "since": since, "until": until, **({"team": team} if team else {})}
        return f"{self.address.rstrip('/')}/reports?{urlencode(asked)}"

    def _note(self, mailing: Mailing, reader: Principal, to: tuple[str, ...], name: str) -> None:
        detail = {"to": ", ".join(to)[:LONGEST], "name": name[:LONGEST], "method": "mail"}
        subject = f"schedule:{mailing.key}"
        self.audit.note(
            None, Entry(reader.id, reader.name, Action.EXPORTED, subject, detail=detail)
        )


def _refusal(mailing: Mailing, reader: Principal, *, disabled: bool) -> Forbidden | None:
    """Return why a report may not be sent for its owner any more; None when it may."""
    if disabled:
        return Forbidden(reader.name, "may not come in any more", "have somebody else ask for it")
    if reader.must_change_password:
        return Forbidden(reader.name, "the password was made by somebody else", "change it first")
    for permission in NEEDED:
        if not reader.may(permission):
            return Forbidden(
                reader.name, f"may not do this ({permission})", "ask an administrator"
            )  # fmt: skip
    teams = reader.only.get("team")
    if mailing.terms.team and teams is not None and mailing.terms.team not in teams:
        return Forbidden(
            reader.name, "calls of this team are not yours to see", "choose yours"
        )  # fmt: skip
    return None


def subject_of(mailing: Mailing, due: datetime) -> str:
    """Return what the job is called that sends a report which was due then."""
    return f"{mailing.key}:{due:%Y-%m-%dT%H:%M:%SZ}"


def left_out(language: str) -> tuple[str, ...]:
    """Return what a mail says in which a file found no room."""
    if language == "zh":
        return ("", "报表文件较大，未全部随信附上；请在报表页面查看或下载。")
    return ("", "Not all files of the report fit into this mail: see the page of reports for them.")


def trial(mailing: Mailing, now: datetime, zone: str) -> Order:
    """Return the order to send it now; asked for twice while it waits, it is one."""
    made = _order(mailing, now, zone)
    payload = {**made.payload, "trial": True}
    return replace(made, subject=f"{mailing.key}:trial", payload=payload, attempts=TRIES)


def _order(mailing: Mailing, due: datetime, zone: str) -> Order:
    name = f"{mailing.key}-{due:%Y%m%dT%H%M%S}"
    payload: dict[str, str | int] = {
        "schedule": mailing.key, "trial": False, "identity": f"report-{name}",
        "day": due.astimezone(ZoneInfo(zone) if zone else None).date().isoformat(),
    }  # fmt: skip
    return Order(SEND, subject_of(mailing, due), payload, attempts=ATTEMPTS)
