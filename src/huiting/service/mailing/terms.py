"""What may be sent by mail and to whom; when it is due, and which days it tells of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address

from huiting.core.errors import InputError
from huiting.jobs.cron import Cron
from huiting.notify.notice import Attachment
from huiting.store.mailings import Period, Terms

RECIPIENTS = 20
LONGEST_ADDRESS, LONGEST_TEAM = 254, 100
HOURS = 24
_DAYS = {Period.DAY: "* * *", Period.WEEK: "* * 1", Period.MONTH: "1 * *"}


@dataclass(frozen=True, slots=True)
class Postal:
    """What the settings allow."""

    zone: str = ""
    """Whose clock is meant; empty where no zone is set."""
    domains: tuple[str, ...] = ()
    """Of addresses that may be written to."""
    server: bool = False
    """Whether a mail server is known."""
    largest: int = 5_000_000
    """Bytes that the files of a mail may take in it; 0: none go with it."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """Names of the settings without which nothing can be sent."""
        needed = (
            ("mail_domains", self.domains),
            ("channels", self.server),
            ("timezone", self.zone),
        )
        return tuple(name for name, there in needed if not there)

    def allowed(self, addresses: tuple[str, ...]) -> tuple[str, ...]:
        """Return those that may be written to."""
        known = {domain.strip().lstrip("@").lower() for domain in self.domains}
        return tuple(one for one in addresses if one.rpartition("@")[2].lower() in known)

    def carried(self, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """Return the files that go with a mail: the first ones that fit together."""
        left, found = self.largest, []
        for file in files:
            if file.encoded <= left:
                left -= file.encoded
                found.append(file)
        return tuple(found)

    def checked(self, terms: Terms) -> Terms:
        """Return terms as they are kept.

        Raises:
            InputError: it cannot be sent so.
        """
        if self.lacking:
            reason = f"{', '.join(self.lacking)} not set"
            raise InputError("schedule", reason, "ask whoever runs this service to set it")
        addresses = tuple(dict.fromkeys(map(_address, terms.to)))
        if not 0 < len(addresses) <= RECIPIENTS:
            raise InputError("recipients", "none, or too many", f"give 1 to {RECIPIENTS} addresses")
        if len(self.allowed(addresses)) < len(addresses):
            remedy = f"use addresses of {', '.join(self.domains)}"
            raise InputError("recipients", "of a domain that mail must not go to", remedy)
        team = terms.team.strip()
        if len(team) > LONGEST_TEAM or not team.isprintable() or set(team) & set('"|'):
            raise InputError("team", "not a team", "give it as calls name it")
        if not 0 <= terms.hour < HOURS:
            raise InputError("hour", "not an hour", "give 0 to 23")
        return replace(terms, to=addresses, team=team)

    def due(self, terms: Terms, now: datetime) -> datetime | None:
        """Return the last due time that is not after now."""
        return Cron(f"0 {terms.hour} {_DAYS[terms.every]}", self.zone).last(now)


def told(of: Period, day: date) -> tuple[date, date]:
    """Return the first and the last day of the last day, week or month that is over on a day."""
    if of is Period.DAY:
        return day - timedelta(1), day - timedelta(1)
    if of is Period.WEEK:
        monday = day - timedelta(day.weekday())
        return monday - timedelta(7), monday - timedelta(1)
    last = day.replace(day=1) - timedelta(1)
    return last.replace(day=1), last


def _address(text: str) -> str:
    try:
        found = Address(addr_spec=text.strip())
    except (HeaderParseError, ValueError, IndexError) as error:
        raise InputError("recipients", "not an address", "write NAME@DOMAIN") from error
    if not (found.username and found.domain) or len(found.addr_spec) > LONGEST_ADDRESS:
        raise InputError("recipients", "not an address", "write NAME@DOMAIN")
    return found.addr_spec
