"""What the address of a report asks for, and addresses that ask for something else."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from huiting.insights.fields import Filter, parse
from huiting.insights.trends import Step
from huiting.service.reporting import ANGRY, Stretch
from huiting.web.site.spans import Day

Kind = Literal["agents", "causes", "words", "trends", "day"]
KINDS: tuple[Kind, ...] = ("agents", "causes", "words", "trends", "day")
SPANS = (0, 6, 29, 89, 364)
"""Days before the last one with which the quick choices begin."""
_USUAL = 29
FIELDS = ("team", "agent", "site", "topic", "language")
BELOW = "below"
"""Stands for a share of low scores, whose limit is a field of its own."""
RECENT = "recent"
"""The focus on the second half of the days, against the first."""
Text = Annotated[str, Field(max_length=200)]
Whole = Annotated[float, BeforeValidator(lambda text: text or 60), Field(ge=0, le=10_000)]
"""A number of a form; an input that was left empty is the usual one."""


class Wanted(BaseModel):
    """Which calls, and what is asked of them."""

    model_config = ConfigDict(extra="ignore")

    kind: Kind = "agents"
    since: Day = None
    until: Day = None
    team: Text = ""
    agent: Text = ""
    site: Text = ""
    topic: Text = ""
    language: Text = ""
    where: Annotated[str, Field(max_length=300)] = ""
    """More filters, as `insights.fields.parse` reads them."""
    sort: Annotated[str, Field(max_length=50)] = ""
    order: Literal["", "asc", "desc"] = ""
    beside: Literal["score", "angry", "fatal"] = "score"
    """By what agents are set beside the team."""
    target: Text = "angry"
    below: Whole = 60.0
    focus: Text = ANGRY
    measure: Text = "score"
    step: Step = Step.WEEK
    by: Text = ""

    def only(self) -> Filter:
        """Return by what calls are filtered.

        Raises:
            InputError: what was typed is no filter.
        """
        typed = parse(self.where)
        chosen = {name: (value,) for name, value in self.chosen() if name != "where"}
        return Filter({**typed.fields, **chosen}, typed.since, typed.until)

    def chosen(self) -> list[tuple[str, str]]:
        """Return what is filtered by, as the address says it."""
        found = ((name, getattr(self, name).strip()) for name in (*FIELDS, "where"))
        return [(name, value) for name, value in found if value]

    def asked(self) -> list[tuple[str, str]]:
        """Return what this kind of report asks, as the address says it."""
        limit = [("below", f"{self.below:g}")]
        match self.kind:
            case "agents":
                return [("beside", self.beside)]
            case "causes":
                return [("target", self.target), *(limit if self.target == BELOW else [])]
            case "words":
                return [("focus", self.focus)]
            case "trends":
                by = [("by", self.by)] if self.by else []
                more = limit if self.measure == BELOW else []
                return [("measure", self.measure), ("step", self.step.value), *by, *more]
            case _:
                return []


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, when days are known."""

    wanted: Wanted
    since: date
    until: date
    """The last day."""
    root: str
    """Our path of the front page, from outside."""

    @property
    def days(self) -> int:
        """How many days."""
        return (self.until - self.since).days + 1

    def stretch(self) -> Stretch:
        """Return which calls; those that changed a moment ago may be missing.

        Raises:
            InputError: what was typed is no filter.
        """
        return Stretch(self.since, self.until, str(self.wanted.only()), soon=True)

    @property
    def target(self) -> str:
        """The target, or for low scores the measure with its limit."""
        return self._measure(self.wanted.target)

    @property
    def measure(self) -> str:
        """The measure, likewise."""
        return self._measure(self.wanted.measure)

    @property
    def focus(self) -> str:
        """The calls whose words are asked for, as `Reporting.words` reads it."""
        if self.wanted.focus == RECENT:
            return f"since={self.since + timedelta(self.days // 2)}"
        return self.wanted.focus or "all"

    def page(self, kind: Kind) -> str:
        """Return the address of another kind of report about these calls."""
        return self._at("reports", [("kind", kind), *self._which()])

    def other(self, **more: str) -> str:
        """Return the address that asks for something else of these calls."""
        asked = dict(self._here())
        return self._at("reports", [*{**asked, **more}.items()])

    def span(self, since: date, until: date) -> str:
        """Return the address of this report for other days."""
        return self.other(since=since.isoformat(), until=until.isoformat())

    @property
    def spans(self) -> list[tuple[int, str, bool]]:
        """Quick choices: how many days, the address, whether it is this one."""
        return [
            (n + 1, self.span(self.until - timedelta(n), self.until), n + 1 == self.days)
            for n in SPANS
        ]

    def sorted(self, key: str, *, descending: bool) -> str:
        """Return the address of this report sorted by a column."""
        return self.other(sort=key, order="desc" if descending else "asc")

    def file(self, form: str) -> str:
        """Return the address of this report as a file, or as a page to print."""
        more = {
            "causes": [("target", self.target)],
            "words": [("focus", self.focus)],
            "trends": [("measure", self.measure), ("step", self.wanted.step.value)],
        }.get(self.wanted.kind, [])
        if self.wanted.kind == "trends" and self.wanted.by:
            more = [*more, ("by", self.wanted.by)]
        days = [("since", str(self.since)), ("until", str(self.until))]
        asked = [*days, ("where", str(self.wanted.only())), *more, ("format", form)]
        return self._at(f"api/v1/reports/{self.wanted.kind}", asked)

    def of_agent(self, agent: str) -> str:
        """Return the address of the page of an agent, about the same days."""
        which = [pair for pair in self._which() if pair[0] != "agent"]
        return self._at(f"reports/agents/{quote(agent, safe='')}", which)

    def _which(self) -> list[tuple[str, str]]:
        days = [("since", self.since.isoformat()), ("until", self.until.isoformat())]
        return [*days, *self.wanted.chosen()]

    def _here(self) -> list[tuple[str, str]]:
        sort = [("sort", self.wanted.sort), ("order", self.wanted.order)]
        here = [("kind", self.wanted.kind), *self._which(), *self.wanted.asked()]
        return [*here, *((name, value) for name, value in sort if value)]

    def _measure(self, name: str) -> str:
        return f"score<{self.wanted.below:g}" if name == BELOW else name

    def _at(self, path: str, pairs: list[tuple[str, str]]) -> str:
        return f"{self.root}{path}?{urlencode(pairs)}"


def asked_of(wanted: Wanted, today: date, root: str) -> Asked:
    """Return what is asked for; without days the last four weeks, of a day the last one.

    Args:
        wanted: what the address says.
        today: the day it is.
        root: our path of the front page.
    """
    until = wanted.until or today
    usual = 0 if wanted.kind == "day" else _USUAL
    # The calendar begins in the year 1: an address may ask for days before it.
    least = timedelta(min(usual, until.toordinal() - 1))
    return Asked(wanted, wanted.since or until - least, until, root)


def below(name: str) -> float | None:
    """Return the limit of a share of low scores; None for another measure."""
    found = re.fullmatch(r"score<(\d+(?:\.\d+)?)", name)
    return float(found[1]) if found else None
