"""An item of the queue as its page shows it, and what its form says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import InputError
from huiting.core.judgement import Finding, Verdict
from huiting.service.review.queue import Mark, Task
from huiting.store.reviews import Decision
from huiting.web.parts import Parts
from huiting.web.site.call.verdicts import Ruled, ruled

_MARK = re.compile(r"(?P<decision>[a-z]+)(?:@(?P<moment>\d+(?:\.\d+)?))? (?P<rule>.{1,100})")


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that can be made about a verdict."""

    decision: Decision
    key: str
    """That makes it on the keyboard."""


@dataclass(frozen=True, slots=True)
class Row:
    """A verdict to be decided about."""

    ruled: Ruled
    choices: tuple[Choice, ...]

    @property
    def finding(self) -> Finding:
        """What the rule says."""
        return self.ruled.finding


@dataclass(frozen=True, slots=True)
class Card:
    """What is to be looked at."""

    task: Task
    asked: Sequence[Row]
    """Verdicts that must be decided."""
    others: Sequence[Row]
    """Verdicts that did not fail: something may have been missed there."""
    hears: bool
    """The recording is there, and may be heard."""


def card(task: Task, principal: Principal, parts: Parts, language: str) -> Card:
    """Return an item as its page shows it."""
    hears = principal.may(Permission.CALLS_AUDIO) and parts.hearing.has(task.seen.analysis)
    missed = [f for f in task.others if f.verdict is not Verdict.FAIL]
    return Card(
        task,
        [Row(ruled(f, language), choices(f)) for f in task.asked],
        [Row(ruled(f, language), ()) for f in missed],
        hears,
    )


def choices(finding: Finding) -> tuple[Choice, ...]:
    """Return what can be made of a verdict."""
    third = (
        Choice(Decision.WRONG, "2")
        if finding.verdict is Verdict.FAIL
        else Choice(Decision.MISSED, "3")
    )
    return (Choice(Decision.CONFIRMED, "1"), third, Choice(Decision.UNSURE, "4"))


def marks(texts: Sequence[str]) -> list[Mark]:
    """Return what a form says of verdicts: `wrong greeting`, `missed@12.5 promise`.

    Raises:
        InputError: it says nothing that can be read.
    """
    found = []
    for text in texts:
        said = _MARK.fullmatch(text)
        if said is None or said["decision"] not in set(Decision):
            raise InputError("decision", "cannot be read", "load the page again")
        moment = said["moment"]
        found.append(
            Mark(said["rule"], Decision(said["decision"]), None if moment is None else float(moment))
        )  # fmt: skip
    return found
