"""What of a judged call somebody must hear of at once. Says which call and which rules; quotes nothing."""

from collections.abc import Callable, Iterator
from datetime import datetime

from huiting.core.analysis import Analysis
from huiting.core.errors import HuitingError
from huiting.core.judgement import Judgement
from huiting.core.ticket import Because, Ticket
from huiting.core.wording import language as spoken
from huiting.notify.notice import Notice, Topic

Told = Callable[[str], Notice]
"""Gives a notice in `zh` or `en`."""
_BECAUSE = {
    Because.ANGRY: ("the customer is angry", "客户生气"),
    Because.COMPLAINT: ("a complaint", "投诉"),
    Because.FATAL: ("a fatal item failed", "触发致命项"),
}
AGENT, TEAM = "agent", "team"


def alerts(
    analysis: Analysis,
    judgement: Judgement | None,
    ticket: Ticket | None,
    *,
    at: datetime,
    address: str | None = None,
) -> Iterator[Told]:
    """Yield what is to be told of a call.

    Args:
        analysis: of the call.
        judgement: of the call, where there are rules.
        ticket: of the call, where it is due one.
        at: now.
        address: of the pages, to link to.
    """
    call = analysis.call.recording.id
    facts = {
        "call": call,
        AGENT: analysis.call.recording.metadata.get(AGENT),
        TEAM: analysis.call.recording.metadata.get(TEAM),
    }
    link = None if address is None else f"{address.rstrip('/')}/calls/{call}"

    def notice(topic: Topic, title: str, lines: tuple[str, ...], urgent: bool = True) -> Notice:  # noqa: FBT001, FBT002
        return Notice(f"{topic}-{call}", topic, at, title, lines, link, urgent, facts)

    if judgement is not None and any(score.fatal for score in judgement.scores):
        yield lambda language: notice(Topic.FATAL, *_fatal(judgement, facts, language))
    if ticket is not None:
        yield lambda language: notice(Topic.TICKET, *_ticket(ticket, facts, language))
    yield lambda language: notice(
        Topic.ANALYZED, "通话已分析" if language == "zh" else "Call analyzed", (), urgent=False
    )


def failed(recording: str, error: HuitingError, *, at: datetime) -> Told:
    """Return what is told of a recording that could not be analyzed."""

    def told(language: str) -> Notice:
        title = "录音分析失败" if language == "zh" else "A recording could not be analyzed"
        facts = {"recording": recording, "code": error.code}
        return Notice(f"failed-{recording}-{error.code}", Topic.FAILED, at, title, (), facts=facts)

    return told


def _fatal(
    judgement: Judgement, facts: dict[str, str | None], language: str
) -> tuple[str, tuple[str, ...]]:
    names = {item.id: item.name for score in judgement.scores for item in score.items}
    items = [names.get(item) or item for score in judgement.scores for item in score.fatal]
    if language == "zh":
        return "致命项未通过", (f"未通过：{'、'.join(items)}", *_who(facts, language))
    return "Fatal item failed", (f"Failed: {', '.join(items)}", *_who(facts, language))


def _ticket(
    ticket: Ticket, facts: dict[str, str | None], language: str
) -> tuple[str, tuple[str, ...]]:
    why = [_BECAUSE[because][language == "zh"] for because in ticket.because]
    said = spoken(ticket.language or "?", language)
    if language == "zh":
        return "外语来电需优先处理", (f"{said}：{'、'.join(why)}", *_who(facts, language))
    return "A call in a foreign language needs somebody now", (
        f"{said}: {', '.join(why)}",
        *_who(facts, language),
    )


def _who(facts: dict[str, str | None], language: str) -> Iterator[str]:
    names = {AGENT: ("agent", "坐席"), TEAM: ("team", "班组"), "call": ("call", "通话")}
    for key, both in names.items():
        value = facts[key]
        if value is not None:
            yield f"{both[language == 'zh']} {value[:64]}"
