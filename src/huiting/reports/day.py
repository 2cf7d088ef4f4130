"""A day as one page for a supervisor: no network, no script, good on A4.

All that strangers said or wrote, quotes and file names, is escaped by the template engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from huiting.core.curves import Spoken, curves
from huiting.core.types import EmotionLabel, Role, Seconds, clock
from huiting.exports import picture, sentence
from huiting.insights.day import Day, RuleDay, ScoreDay
from huiting.reports import wording
from huiting.reports._svg import Layer, columns, legend, whisker
from huiting.reports.wording import Say

_CALLS, _ANGRY = "#9db8d2", "#a4161a"
_COLORS = {
    EmotionLabel.ANGRY: "#a4161a",
    EmotionLabel.DISGUSTED: "#6d597a",
    EmotionLabel.FEARFUL: "#3d405b",
    EmotionLabel.SAD: "#457b9d",
    EmotionLabel.SURPRISED: "#e9c46a",
    EmotionLabel.HAPPY: "#52a36f",
}
"""Of what stands out; calm lines are told in words."""


@dataclass(frozen=True, slots=True)
class Felt:
    """How the parties of a call felt, to be drawn beside it."""

    picture: Markup
    caption: str


def felt(said: Sequence[Spoken], duration: Seconds, language: str) -> Felt | None:
    """Return the emotion curve of a call; None where nothing is known of any feeling.

    Args:
        said: in the call, by start.
        duration: of the call.
        language: of its words, `zh` or `en`.
    """
    drawn = picture(said, duration, language)
    if drawn is None:
        return None
    told = [sentence(c, language) for c in curves(said, duration, [Role.CUSTOMER]) if c.known]
    return Felt(Markup(drawn), " ".join(told))  # noqa: S704  (ours; what was said is escaped)


NOBODY: Mapping[str, Felt] = {}


def page(
    day: Day,
    language: str,
    made_at: datetime,
    title: str = "",
    moods: Mapping[str, Felt] = NOBODY,
) -> str:
    """Return the page as HTML.

    Args:
        day: what it shows.
        language: `zh` or `en`.
        made_at: printed at its foot.
        title: of the team or the site, in the heading.
        moods: how the parties felt, by the id of the call; of those that are shown singly.
    """
    say: Say = (lambda _english, mandarin: mandarin) if language == "zh" else _english
    template = _environment().get_template("day.html.jinja")
    return template.render(
        day=day,
        say=say,
        language=language,
        title=title,
        when=_when(day.since, day.until, say),
        made_at=f"{made_at:%Y-%m-%d %H:%M}",
        broken=[rule for rule in day.rules if rule.failed.count or rule.uncertain],
        kept=[r for r in day.rules if r.failed.of and not r.failed.count and not r.uncertain],
        hours=_hours(day, say),
        emotions=_emotions(day, say),
        histogram=partial(_histogram, say=say),
        whisker=partial(_whisker, say=say),
        words=wording,
        clock=clock,
        few=wording.FEW,
        emotion=EmotionLabel,
        moods=moods,
        firsts=_firsts(day),
    )


def shown_singly(day: Day) -> tuple[str, ...]:
    """Return the ids of the calls that the page shows one by one."""
    return tuple(dict.fromkeys([*(m.call for m in day.moments), *(h.call for h in day.hear)]))


def _firsts(day: Day) -> Sequence[int]:
    """Return the moments that are the first of their call: there its curve stands, once."""
    first: dict[str, int] = {}
    for number, moment in enumerate(day.moments):
        first.setdefault(moment.call, number)
    return list(first.values())


def _english(english: str, _mandarin: str) -> str:
    return english


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("huiting.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _when(since: date | None, until: date | None, say: Say) -> str:
    if since is None or until is None:
        return say("no dated calls", "无带时间的通话")
    if since == until:
        return since.isoformat()
    return say(f"{since} to {until}", f"{since} 至 {until}")


def _hours(day: Day, say: Say) -> Markup:
    angry = [hour.angry.count for hour in day.hours]
    others = [hour.calls - hour.angry.count for hour in day.hours]
    layers = [
        Layer(say("with an angry customer", "客户生气"), _ANGRY, angry),
        Layer(say("other calls", "其他通话"), _CALLS, others),
    ]
    title = say("Calls by hour", "各小时通话数")
    return columns(title, _clock_hours(), layers, every=2) + legend(layers)


def _emotions(day: Day, say: Say) -> Markup:
    counts = [dict(hour.emotions) for hour in day.hours]
    heard = [label for label in _COLORS if any(count.get(label) for count in counts)]
    layers = [
        Layer(wording.name(label, say), _COLORS[label], [count.get(label, 0) for count in counts])
        for label in heard
    ]
    total = sum(sum(count.values()) for count in counts)
    shown = sum(sum(layer.values) for layer in layers)
    calm = say(
        f"{total - shown:g} of {total} lines are calm or unsure",
        f"共 {total} 句，其中 {total - shown:g} 句平静或不确定",
    )
    if not layers:
        return escape(calm)
    title = say("Lines of customers by how they sound", "客户各小时语句的情绪")
    key = legend(layers)
    return columns(title, _clock_hours(), layers, every=2) + key + Markup(" ") + escape(calm)


def _clock_hours() -> list[str]:
    return [f"{hour}:00" for hour in range(24)]


def _histogram(score: ScoreDay, say: Say) -> Markup:
    step = score.most / len(score.bins)
    labels = [f"{step * n:g}–{step * (n + 1):g}" for n in range(len(score.bins))]
    layer = Layer(say("calls", "通话"), "#1f4e79", score.bins)
    return columns(say("Calls by score", "得分分布"), labels, [layer])


def _whisker(rule: RuleDay, say: Say) -> Markup:
    interval = rule.failed.interval
    if interval is None or rule.failed.share is None:
        return Markup()
    said = wording.rate(rule.failed)
    return whisker(
        say(f"failed: {said}", f"未通过：{said}"), rule.failed.share, interval, rule.before.share
    )
