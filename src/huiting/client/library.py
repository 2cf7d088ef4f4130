"""Rules and other documents in versions, trials, and reviews of verdicts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from huiting.client.paging import Page, pages
from huiting.client.shapes.jobs import Job
from huiting.client.shapes.library import (
    Checked,
    Decision,
    Document,
    DocumentEntry,
    Kind,
    Measured,
    Mistake,
    Review,
    Trial,
)
from huiting.client.wire import Wire

Reviewed = tuple[Review, ...]
AllMeasured = tuple[Measured, ...]
MOST = 200
"""Calls of a trial."""


@dataclass(frozen=True, slots=True)
class Library:
    """The documents of the team."""

    wire: Wire

    def list(self, kind: Kind | None = None) -> Iterator[DocumentEntry]:
        """List documents, by kind and name."""
        asked = {"kind": None if kind is None else str(kind)}
        return pages(self.wire, Page[DocumentEntry], "/library", asked)

    def read(self, kind: Kind, name: str, version: int | None = None) -> Document:
        """Read a version of a document, by default the newest."""
        return self.wire.get(Document, _path(kind, name), {"version": version})

    def versions(self, kind: Kind, name: str) -> Iterator[Document]:
        """List the versions of a document, the newest first."""
        return pages(self.wire, Page[Document], f"{_path(kind, name)}/versions")

    def check(self, kind: Kind, body: str) -> tuple[Mistake, ...]:
        """Return all that is wrong with a document, without keeping it."""
        return self.wire.post(Checked, f"/library/{kind}/check", {"body": body}).mistakes

    def write(self, kind: Kind, name: str, body: str, note: str = "") -> Document:
        """Write a new version; it is not in force yet.

        Raises:
            Refused: something is wrong with it.
        """
        return self.wire.put(Document, _path(kind, name), {"body": body, "note": note})

    def publish(self, kind: Kind, name: str, version: int) -> DocumentEntry:
        """Put a version in force, an older one to roll back."""
        return self.wire.post(DocumentEntry, f"{_path(kind, name)}/publish", {"version": version})

    def withdraw(self, kind: Kind, name: str) -> DocumentEntry:
        """Put a document out of force; its versions stay."""
        return self.wire.post(DocumentEntry, f"{_path(kind, name)}/withdraw")

    def trial(
        self,
        body: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = MOST,
    ) -> Trial:
        """Try rules on calls that are there: what they say, and what would change."""
        asked = {"body": body, **_between(since, until), "most": most}
        return self.wire.post(Trial, "/trials", asked)

    def rejudge(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
    ) -> Job:
        """Have calls judged again by the rules that are in force."""
        return self.wire.post(Job, "/rejudge", {**_between(since, until), "language": language})


@dataclass(frozen=True, slots=True)
class Reviews:
    """What people decide about verdicts."""

    wire: Wire

    def decide(
        self,
        call: str,
        rule: str,
        decision: Decision,
        *,
        comment: str = "",
        drawn: bool = False,
    ) -> Review:
        """Say whether the verdict of a rule on a call is right. The latest decision counts."""
        body = {"rule": rule, "decision": str(decision), "comment": comment, "drawn": drawn}
        return self.wire.post(Review, f"/calls/{call}/reviews", body)

    def of(self, call: str) -> Reviewed:
        """List decisions about the verdicts on a call, the latest first."""
        return self.wire.get(Reviewed, f"/calls/{call}/reviews")

    def list(self, *, rule: str | None = None, by: str | None = None) -> Iterator[Review]:
        """List decisions, the latest first."""
        return pages(self.wire, Page[Review], "/reviews", {"rule": rule, "by": by})

    def measured(self, rule: str | None = None) -> AllMeasured:
        """Tell how well each version of each rule does, by what people decided."""
        return self.wire.get(AllMeasured, "/reviews/rules", {"rule": rule})


def _path(kind: Kind, name: str) -> str:
    return f"/library/{kind}/{quote(name, safe='')}"


def _between(since: datetime | None, until: datetime | None) -> dict[str, str | None]:
    return {
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
    }
