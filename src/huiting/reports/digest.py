"""A day as a mail: the few numbers a lead reads on the way, in text and as a page.

Mail programs know no style sheets and no SVG, so the page is tables and one picture.
Nothing that was said in a call goes into it but words counted over many calls.
"""

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from huiting.insights.day import Day
from huiting.insights.words import Words
from huiting.notify.notice import Notice, Picture, Topic
from huiting.reports import wording
from huiting.reports._picture import bars
from huiting.reports.wording import Say

MOST = 5
"""Rows of each list."""
HOURS = "hours"


def digest(
    day: Day,
    angry: Words,
    *,
    identity: str,
    language: str,
    at: datetime,
    link: str | None = None,
    title: str = "",
) -> Notice:
    """Return the notice.

    Args:
        day: what it tells.
        angry: words of the day's calls with an angry customer, against its other calls; those
            they have more of are shown, where none holds the most frequent.
        identity: the notice's; the same for each attempt to send it.
        language: `zh` or `en`.
        at: when it was made.
        link: address of the pages, where there are some.
        title: of the team or the site.
    """
    say: Say = (lambda _english, mandarin: mandarin) if language == "zh" else _english
    head = f"{say('Calls of', '质检日报')} {_when(day, say)}{f' · {title}' if title else ''}"
    shown = {
        "day": day,
        "say": say,
        "head": head,
        "words": wording,
        "rules": [rule for rule in day.rules if rule.failed.count][:MOST],
        "terms": (angry.rising or angry.frequent)[:MOST],
        "agents": [agent for agent in day.agents if agent.score is not None][:MOST],
        "hear": day.moments[:MOST],
        "link": link,
        "hours": HOURS,
        "language": language,
        "made_at": f"{at:%Y-%m-%d %H:%M %Z}",
    }
    return Notice(
        id=identity,
        topic=Topic.DIGEST,
        at=at,
        title=head,
        lines=tuple(_rendered("digest.txt.jinja", shown).splitlines()),
        link=link,
        facts={"calls": day.calls, "angry": day.angry.count, "judged": day.judged},
        html=_rendered("digest.html.jinja", shown),
        pictures=(Picture(HOURS, _hours(day)),),
    )


def _english(english: str, _mandarin: str) -> str:
    return english


def _when(day: Day, say: Say) -> str:
    if day.since is None or day.until is None:
        return say("no date", "无日期")
    if day.since == day.until:
        return day.since.isoformat()
    return say(f"{day.since} to {day.until}", f"{day.since} 至 {day.until}")


def _hours(day: Day) -> bytes:
    return bars(
        [f"{hour}" for hour in range(len(day.hours))],
        [
            ("#a4161a", [hour.angry.count for hour in day.hours]),
            ("#9db8d2", [hour.calls - hour.angry.count for hour in day.hours]),
        ],
    )


def _rendered(template: str, shown: dict[str, object]) -> str:
    environment = Environment(
        loader=PackageLoader("huiting.reports"),
        autoescape=template.endswith(".html.jinja"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(shown)
