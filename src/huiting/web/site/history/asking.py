"""What the pages of the history ask for, who is who in them, and the list as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from huiting.store.handed import Handed, Standing, Wanted
from huiting.web.parts import Parts
from huiting.web.site.formats import moment
from huiting.web.site.naming import named
from huiting.web.site.spans import Day, begin, end
from huiting.web.site.words import words

_RUN = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of something to run."""


def _(text: str) -> str:
    """Mark a sentence as one that is translated where it is shown."""
    return text


HEADS = (
    _("Handed in"), _("By"), _("File"), _("State"), _("Why"), _("What helps"), _("Call"),
    _("Batch"),
)  # fmt: skip


class Sought(BaseModel):
    """What the form above the history says."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(max_length=200)] = ""
    standing: Annotated[
        Standing | None, BeforeValidator(lambda text: text if text in set(Standing) else None)
    ] = None
    since: Day = None
    until: Day = None
    unredacted: bool = False
    before: Annotated[int, Field(ge=1, le=2**62)] | None = None

    def wanted(self, zone: tzinfo | None) -> Wanted:
        """Return which things are looked for."""
        since, until = begin(self.since, zone), end(self.until, zone)
        return Wanted(self.name.strip(), self.standing, None, since, until)

    def query(self, **changes: object) -> str:
        """Return the address that asks for the same but for this."""
        said: dict[str, object] = {
            "name": self.name.strip(), "standing": self.standing, "since": self.since,
            "until": self.until, "unredacted": "true" if self.unredacted else "", **changes,
        }  # fmt: skip
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def here(self) -> str:
        """The address of this very page."""
        return self.query(before=self.before)


@dataclass(frozen=True, slots=True)
class People:
    """What people are called, by the ids that logs and lists keep."""

    known: Mapping[str, str]

    def name(self, who: str) -> str:
        """Return what somebody is called; their id where that is not known."""
        return self.known.get(who, who)


def people(parts: Parts) -> People:
    """Return who is who; nobody is known where nobody signs in."""
    if parts.access is None:
        return People({})
    users = parts.access.accounts.all()
    return People({f"user:{user.id}": user.profile.shown or user.profile.name for user in users})


def table(
    pages: Iterable[Sequence[Handed]], who: People, language: str, zone: tzinfo | None
) -> Iterator[str]:
    """Yield the history as CSV, a page at a time; with a mark by which Excel knows UTF-8."""
    say = words(language).gettext
    yield "\ufeff" + _rows([[say(head) for head in HEADS]])
    for page in pages:
        yield _rows(
            [
                moment(one.at, language, zone), who.name(one.owner), one.name,
                named(one.standing, language), one.reason or "", one.remedy or "",
                one.recording or "", one.batch or "",
            ]
            for one in page
        )  # fmt: skip


def _rows(rows: Iterable[Sequence[str]]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerows([_cell(text) for text in row] for row in rows)
    return made.getvalue()


def _cell(text: str) -> str:
    """Return a cell on one line, which no spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return "'" + line if line.startswith(_RUN) else line
