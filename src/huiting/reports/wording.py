"""What results are called on a page, in English or Chinese.

Numbers stand with what they rest on; what occurs together is never called a cause.
"""

import re
from collections.abc import Callable

from huiting.core.judgement import Severity
from huiting.core.types import EmotionLabel, Role
from huiting.core.wording import language as spoken
from huiting.core.wording import named
from huiting.insights.agents import ENOUGH, Why
from huiting.insights.rates import Interval, Mean, Rate
from huiting.insights.traits import YES, Trait

Say = Callable[[str, str], str]
"""Returns the one of an English and a Chinese text that is read."""
FEW = 30
"""Below this many calls a page says that a number is unsure."""

_FIELDS = {
    "agent": "坐席",
    "direction": "呼叫方向",
    "hour": "时段",
    "intent": "意图",
    "language": "语种",
    "outcome": "结果",
    "part-of-day": "时段",
    "product": "商品",
    "topic": "业务大类",
    "weekday": "星期",
}
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"agent silence > ([\d.]+) s", r"坐席沉默超过 \1 秒"),
    (r"dead air > (\d+) s", r"冷场超过 \1 秒"),
    (r"call > (\d+) min", r"通话超过 \1 分钟"),
    (r"agent interrupts", "坐席打断客户"),
    (r"agent answers after > (\d+) s", r"坐席应答慢于 \1 秒"),
    (r"agent talks > (\d+) %", r"坐席说话超过 \1%"),
    (r"agent speaks > (\d+) a minute", r"坐席语速超过每分钟 \1 字"),
    (r"agent says “(.*)”", r"坐席说“\1”"),
    (r"customer says “(.*)”", r"客户说“\1”"),
    (r"rule (.*) fails", r"规则 \1 未通过"),
)
_NAMES: dict[str, tuple[str, str]] = {
    Why.FATAL: ("fatal fault", "触发致命项"),
    Why.WORST: ("lowest", "最低"),
    Why.TYPICAL: ("typical", "典型"),
    Why.BEST: ("best", "最好"),
    Role.AGENT: ("agent", "坐席"),
    Role.CUSTOMER: ("customer", "客户"),
    Role.SYSTEM: ("system", "系统"),
    Role.UNKNOWN: ("speaker", "说话人"),
}


def name(thing: EmotionLabel | Severity | Why | Role, say: Say) -> str:
    """Return what an emotion, a severity, a reason or a role is called."""
    if isinstance(thing, EmotionLabel | Severity):
        return say(named(thing, "en"), named(thing, "zh"))
    return say(*_NAMES[thing])


def language(code: str, say: Say) -> str:
    """Return what a language is called."""
    if code == "?":
        return say("unknown", "未知")
    return say(spoken(code, "en"), spoken(code, "zh"))


def problem(what: str, say: Say) -> str:
    """Return what a bad moment is: the name of a rule, or an emotion that broke out."""
    if what in set(EmotionLabel):
        emotion = name(EmotionLabel(what), say)
        return say(f"the customer is {emotion}", f"客户{emotion}")
    return what


def circumstance(text: str, say: Say) -> str:
    """Return a circumstance as people read it."""
    for pattern, mandarin in _PATTERNS:
        if re.fullmatch(pattern, text):
            return say(text, re.sub(pattern, mandarin, text))
    return say(text, _FIELDS.get(text, text))


def trait(found: Trait, say: Say) -> str:
    """Return a trait as people read it."""
    field = circumstance(found.field, say)
    return field if found.value == YES else f"{field}{say(' = ', '：')}{found.value}"


def percent(share: float | None) -> str:
    """Return a share, to a tenth of a percent below 10 %."""
    if share is None:
        return "–"
    return f"{share:.1%}" if abs(share) < 0.1 and round(share, 3) != 0 else f"{share:.0%}"  # noqa: PLR2004


def between(interval: Interval | None) -> str:
    """Return the interval of a share."""
    return f"{interval.low:.0%}–{interval.high:.0%}" if interval else "–"


def rate(found: Rate | None) -> str:
    """Return a share with its interval and what it rests on."""
    if found is None or not found.of:
        return "–"
    return f"{percent(found.share)} ({between(found.interval)}; {found.count}/{found.of})"


def mean(found: Mean | None, digits: int = 1) -> str:
    """Return a mean with its interval and how many values it rests on."""
    if found is None:
        return "–"
    # The interval of two or three values says nothing that their number does not say better.
    ends = found.interval if found.of >= ENOUGH else None
    reach = f"{ends.low:.{digits}f}–{ends.high:.{digits}f}; " if ends else ""
    return f"{found.value:.{digits}f} ({reach}n={found.of})"


def length(seconds: float, say: Say) -> str:
    """Return a duration in hours and minutes."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours:
        return say(f"{hours} h {minutes} min", f"{hours} 小时 {minutes} 分")
    return say(f"{minutes} min", f"{minutes} 分钟")
