"""How the parties felt, in sentences: first third and last, outbursts and what followed."""

from collections.abc import Iterator, Sequence

from huiting.core.calming import CalmDown, after_upset
from huiting.core.curves import EmotionCurve, Spoken, curves
from huiting.core.types import Role, Seconds, clock
from huiting.core.wording import named, pick
from huiting.exports._shown.marks import escaped

CHANGE = 0.15
"""Change of valence from which a mood is said to be better or worse."""
_BARS = "▁▂▃▄▅▆▇█"
_WIDEST = 32
"""Characters of a sparkline."""
_SHOWN = 12
"""Outbursts told one by one."""


def moods(said: Sequence[Spoken], duration: Seconds, tongue: str) -> Iterator[str]:
    """Yield a line for each party of whose feeling something is known, then the outbursts.

    Nothing where nobody listened.
    """
    for curve in curves(said, duration, (Role.CUSTOMER, Role.AGENT)):
        if curve.known:
            yield f"- {sentence(curve, tongue)} `{sparkline(curve)}`"
    upset = after_upset(said)
    for calm in upset[:_SHOWN]:
        yield f"- {_followed(said, calm, tongue)}"
    if len(upset) > _SHOWN:
        more = len(upset) - _SHOWN
        yield pick((f"- and {more} more", f"- 另有 {more} 次"), tongue)


def sentence(curve: EmotionCurve, tongue: str) -> str:
    """Return how a party felt at first and at last: `客户：前三分之一 -0.42，…情绪好转`."""
    first, last = curve.thirds.first.valence, curve.thirds.last.valence
    who = named(curve.role, tongue)
    known = pick(
        (f"known of {curve.known} of {curve.lines} lines", f"{curve.lines} 句中 {curve.known} 句"),
        tongue,
    )
    if first is None and last is None:
        return pick((f"{who}: {known}, none telling", f"{who}：{known}可判断，不足以比较"), tongue)
    if tongue == "zh":
        ends = f"前三分之一 {_degree(first)}，后三分之一 {_degree(last)}"
        return f"{who}：{ends}{_change(curve, tongue)}（愉悦度 -1 到 1，{known}可判断）"
    ends = f"first third {_degree(first)}, last third {_degree(last)}"
    who = who.capitalize()
    return f"{who}: {ends}{_change(curve, tongue)} (valence from -1 to 1; {known})"


def _degree(valence: float | None) -> str:
    return "–" if valence is None else f"{valence + 0.0:+.2f}"


def _change(curve: EmotionCurve, tongue: str) -> str:
    rise = curve.thirds.rise
    if rise is None:
        return ""
    if rise >= CHANGE:
        return pick((", better", "，情绪好转"), tongue)
    if rise <= -CHANGE:
        return pick((", worse", "，情绪变差"), tongue)
    return pick((", about the same", "，大体平稳"), tongue)


def sparkline(curve: EmotionCurve) -> str:
    """Return the valence over the call as bars; a dot where it is not known."""
    points = curve.points
    every = max(1, -(-len(points) // _WIDEST))
    groups = [points[at : at + every] for at in range(0, len(points), every)]
    return "".join(
        _bar([p.feeling.valence for p in group if p.feeling.valence is not None])
        for group in groups
    )


def _bar(valences: Sequence[float]) -> str:
    if not valences:
        return "·"
    mean = min(1.0, max(-1.0, sum(valences) / len(valences)))
    return _BARS[round((mean + 1) / 2 * (len(_BARS) - 1))]


def _followed(said: Sequence[Spoken], calm: CalmDown, tongue: str) -> str:
    """Return one outburst, how it was answered, and whether it softened."""
    quote = escaped(" ".join(said[place].text for place in calm.lines))
    mood, answer = named(calm.label, tongue), named(calm.answer, tongue)
    begun = clock(calm.span.start)
    delay = ""
    if calm.delay is not None and calm.delay > 0:
        delay = pick((f" after {calm.delay:.1f} s", f"（{calm.delay:.1f} 秒后）"), tongue)
    if tongue == "zh":
        return f"{begun} 客户{mood}：“{quote}” → {answer}{delay}，{_ended(calm, tongue)}"
    return f"{begun} customer {mood}: “{quote}” → {answer}{delay}; {_ended(calm, tongue)}"


def _ended(calm: CalmDown, tongue: str) -> str:
    if calm.softened is None:
        return pick(("what became of it is not known", "之后情绪无从判断"), tongue)
    if not calm.softened or calm.after is None:
        return pick(("it did not soften", "之后未见缓和"), tongue)
    at = clock(calm.span.end + calm.after)
    return pick((f"softened by {at}", f"到 {at} 缓和"), tongue)
