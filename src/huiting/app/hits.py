"""How what a search found is shown: to people on a line, to scripts as JSON."""

from rich.text import Text

from huiting.app.display import printable
from huiting.app.tongue import say
from huiting.core.types import Role, clock
from huiting.store.search import Hit, Match

ROLES = {
    Role.AGENT: ("agent", "客服"),
    Role.CUSTOMER: ("customer", "客户"),
    Role.SYSTEM: ("system", "系统"),
    Role.UNKNOWN: ("unknown", "未知"),
}


def line(hit: Hit) -> Text:
    """Return a search hit on one line, the words found in bold."""
    began = f"{hit.started_at:%Y-%m-%d %H:%M}  " if hit.started_at else ""
    head = f"{began}{printable(hit.name)}  {clock(hit.span.start)}  {say(*ROLES[hit.role])}  "
    shown = Text(head, style="dim") + Text(printable(hit.snippet), style="none")
    for start, end in hit.marks:
        shown.stylize("bold red", len(head) + start, len(head) + end)
    if hit.match is Match.SOUNDS_LIKE:
        shown.append(say("  (sounds like)", "  （同音）"), style="dim")
    return shown


def as_json(hit: Hit) -> dict[str, object]:
    """Return a search hit as scripts read it."""
    return {
        "id": hit.recording,
        "name": hit.name.encode(errors="replace").decode(),
        "started_at": hit.started_at.isoformat() if hit.started_at else None,
        "role": hit.role.value,
        "start": round(hit.span.start, 3),
        "end": round(hit.span.end, 3),
        "language": hit.language,
        "snippet": hit.snippet,
        "marks": hit.marks,
        "match": hit.match.value,
        "score": round(hit.score, 4),
    }
