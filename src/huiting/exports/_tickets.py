"""A ticket as files: Markdown for whoever takes it up, JSON for a queue."""

import json
from collections.abc import Iterator
from typing import Any

from huiting.core.error_words import mandarin
from huiting.core.ticket import Because, Ticket, TicketLine
from huiting.core.types import clock
from huiting.core.wording import advice, language, named, pick, tongue_of
from huiting.exports._shown.marks import escaped

FORMAT, VERSION = "huiting.ticket", 1
_NOT_SET = (
    "Not translated: no language model is set. Set llm_url and llm_model, then run again.",
    "未翻译：未设置语言模型。设置 llm_url 和 llm_model 后重新运行即可。",
)
_BECAUSE = {
    Because.ANGRY: ("the customer is angry", "客户生气"),
    Because.COMPLAINT: ("the customer complains", "客户投诉"),
    Because.FATAL: ("a fatal fault", "触发致命项"),
}


def ticket_page(ticket: Ticket) -> bytes:
    """Return a ticket as Markdown, in the language of those who read it."""
    return ("\n".join(_page(ticket, tongue_of(ticket.into))) + "\n").encode(
        errors="backslashreplace"
    )


def _page(ticket: Ticket, tongue: str) -> Iterator[str]:
    title = pick(("Priority ticket", "优先工单"), tongue)
    yield f"# {title}: {escaped(ticket.name)}"
    yield ""
    for name, value in _facts(ticket, tongue):
        yield f"- {pick(name, tongue)}: {escaped(value)}"
    yield ""
    yield f"## {pick(('What the customer says', '客户原话'), tongue)}"
    yield ""
    for line in ticket.lines:
        yield from _line(line, tongue)
    if not ticket.lines:
        yield pick(("Nothing was understood.", "没有听清。"), tongue)
        yield ""
    yield f"*{escaped(_translation(ticket, tongue))}*"


def _facts(ticket: Ticket, tongue: str) -> Iterator[tuple[tuple[str, str], str]]:
    comma = pick((", ", "；"), tongue)
    if ticket.language is not None:
        yield ("Language of the customer", "客户语种"), language(ticket.language, tongue)
    because = [pick(_BECAUSE[reason], tongue) for reason in ticket.because]
    if ticket.fatal:
        because.append(", ".join(ticket.fatal))
    yield ("Because", "原因"), comma.join(because)
    yield ("Do", "处理"), comma.join(advice(code, tongue) for code in ticket.advice)
    if ticket.intent:
        yield ("Intent", "来电原因"), ticket.intent
    if ticket.started_at is not None:
        yield ("Began", "通话时间"), f"{ticket.started_at:%Y-%m-%d %H:%M:%S}"
    for name in ("agent", "phone", "direction"):
        if ticket.metadata and ticket.metadata.get(name):
            yield (name, name), ticket.metadata[name]
    yield ("Call", "通话编号"), ticket.call[:16]


def _line(line: TicketLine, tongue: str) -> Iterator[str]:
    mood = f" ({named(line.emotion, tongue)})" if line.emotion is not None else ""
    yield f"**{clock(line.span.start)}**{mood}  {escaped(line.text)}"
    yield ""
    if line.translation is not None:
        yield f"> {escaped(line.translation)}"
        yield ""


def _translation(ticket: Ticket, tongue: str) -> str:
    """Return who translated, or why nobody did and what to do about it."""
    if ticket.by is not None:
        return pick(
            (
                f"Translated by {ticket.by}; personal data that was taken out stands in brackets.",
                f"由 {ticket.by} 翻译；已去除的个人信息以方括号标注。",
            ),
            tongue,
        )
    if ticket.trouble:
        why = mandarin(ticket.trouble) if tongue == "zh" else ticket.trouble
        return pick((f"Not translated: {why}", f"未能翻译：{why}"), tongue)
    return pick(_NOT_SET, tongue)


def ticket_json(ticket: Ticket) -> bytes:
    """Return a ticket as JSON for a program that files tickets; UTF-8, a final line break."""
    body: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "call": ticket.call,
        "name": ticket.name,
        "started_at": ticket.started_at.isoformat() if ticket.started_at else None,
        "metadata": dict(ticket.metadata or {}),
        "language": ticket.language,
        "because": [reason.value for reason in ticket.because],
        "fatal": list(ticket.fatal),
        "advice": list(ticket.advice),
        "intent": ticket.intent,
        "translated_into": ticket.into if ticket.by else None,
        "translated_by": ticket.by,
        "trouble": ticket.trouble or None,
        "lines": [
            {
                "segment": line.segment,
                "start": round(line.span.start, 3),
                "end": round(line.span.end, 3),
                "text": line.text,
                "translation": line.translation,
                "emotion": line.emotion.value if line.emotion else None,
            }
            for line in ticket.lines
        ],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    return text.encode(errors="backslashreplace")
