"""Reports: agents, causes, words, trends and a day, each number leading to its calls."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import InputError, Unknown
from huiting.insights.agents import AgentReport
from huiting.insights.trends import Step
from huiting.service import digests
from huiting.service.looking import Choices
from huiting.service.reporting import Reporting, Stretch
from huiting.service.troubles import TooLarge
from huiting.service.views import View
from huiting.web.doors import require
from huiting.web.parts import Given, Parts
from huiting.web.places import outside
from huiting.web.problems import worded
from huiting.web.site.reports import agents, causes, days, said, trends
from huiting.web.site.reports.asking import Asked, Wanted, asked_of
from huiting.web.site.reports.leading import leads
from huiting.web.site.reports.offers import Offers, offers
from huiting.web.site.reports.own import own
from huiting.web.site.reports.showing import Shown, Teller
from huiting.web.site.showing import show
from huiting.web.tongue import tongue

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.REPORTS_READ))]
Administrator = Annotated[Principal, Depends(require(Permission.SYSTEM_ADMIN))]
Question = Annotated[Wanted, Query()]


@router.get("/reports")
def reports(wanted: Question, request: Request, principal: Reader, parts: Given) -> Response:
    """Show a report; where it cannot be had, why, and the form as it was."""
    question = _asked(wanted, request, parts)
    view = View(principal)
    choices = parts.looking.choices(view)
    trouble, shown, waiting, files = None, None, 0, {}
    try:
        stretch = question.stretch()
        teller = _teller(question, request, parts, choices.rules)
        shown = _shown(stretch, view, teller, parts)
        waiting = parts.reporting.waiting(stretch, view)
        files = {form: question.file(form) for form in ("xlsx", "html")}
    except (InputError, TooLarge) as error:
        trouble = worded(error, tongue(request))
    offered = _offers(choices, request)
    return show(
        request, "reports/page", question=question, wanted=wanted, shown=shown, trouble=trouble,
        waiting=waiting, files=files, offers=offered,
        plan=parts.mailed,
    )  # fmt: skip


@router.get("/reports/agents/{agent:path}")
def one_agent(
    wanted: Question, request: Request, principal: Reader, parts: Given,
    agent: Annotated[str, Path(min_length=1, max_length=200)],
) -> Response:  # fmt: skip
    """Show an agent beside the team, as far as the reader may see it."""
    question = _asked(wanted.model_copy(update={"agent": "", "kind": "agents"}), request, parts)
    view, stretch = View(principal), question.stretch()
    team = _agents(stretch, view, parts.reporting)
    mine = _asked(wanted.model_copy(update={"agent": agent}), request, parts).stretch()
    scores = parts.reporting.trend(mine, view, "score", Step.WEEK, None)
    words = parts.reporting.words(stretch, view, str(Wanted(agent=agent).only()))
    teller = _teller(question, request, parts, {})
    found = own(agent, team, scores, words, teller)
    if found is None:
        raise Unknown(f"agent {agent}", "no call on these days", "choose other days")
    return show(request, "reports/agent", own=found, question=question)


@router.post("/reports/digest")
def send_digest(request: Request, principal: Administrator, parts: Given) -> Response:
    """Have the digest of the day before sent now."""
    with parts.store.database.writing() as connection:
        parts.queue.put(connection, digests.ORDER)
    return show(request, "reports/sent", who=principal)


def _offers(choices: Choices, request: Request) -> Offers:
    topics = dict.fromkeys(intent.split("/")[0] for intent in choices.intents)
    return offers(tongue(request), choices.rules, list(topics), choices.fields)


def _asked(wanted: Wanted, request: Request, parts: Parts) -> Asked:
    today = parts.reporting.days.day_of(parts.now())
    return asked_of(wanted, today, outside(request, "/"))


def _teller(question: Asked, request: Request, parts: Parts, rules: Mapping[str, str]) -> Teller:
    counting = parts.reporting.days
    found = leads(question, counting)
    return Teller(question, found, tongue(request), rules, counting.midnight)


def _shown(stretch: Stretch, view: View, teller: Teller, parts: Parts) -> Shown:
    question, reporting = teller.question, parts.reporting
    match question.wanted.kind:
        case "agents":
            return agents.shown(_agents(stretch, view, reporting), teller)
        case "causes":
            target = question.target
            together = reporting.again(
                stretch, view, ("causes", target), lambda: reporting.causes(stretch, view, target)
            )
            return causes.shown(together, teller)
        case "words":
            focus = question.focus
            words = reporting.again(
                stretch, view, ("words", focus), lambda: reporting.words(stretch, view, focus)
            )
            return said.shown(words, teller)
        case "trends":
            asked = (question.measure, question.wanted.step, question.wanted.by or None)
            trend = reporting.again(
                stretch, view, ("trend", *asked), lambda: reporting.trend(stretch, view, *asked)
            )
            return trends.shown(trend, teller)
        case _:
            day = reporting.again(stretch, view, "day", lambda: reporting.day(stretch, view))
            return days.shown(day, teller)


def _agents(stretch: Stretch, view: View, reporting: Reporting) -> tuple[AgentReport, ...]:
    return reporting.again(stretch, view, "agents", lambda: reporting.agents(stretch, view))
