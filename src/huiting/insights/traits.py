"""The circumstances of a call that may come with something going wrong.

A trait is a field and one of its values: `agent` 8001, `agent silence > 3 s`, `agent says`
不清楚. Of a field that is not known in a call nothing is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiting.core.judgement import Verdict
from huiting.core.metrics import Silence
from huiting.core.types import EventLabel, Role, Span
from huiting.insights.case import Case
from huiting.insights.fields import BUILT_IN, values
from huiting.insights.measures import party

YES = "yes"
"""Value of a field that holds or does not."""
CAUSE_WORDS: dict[Role, tuple[str, ...]] = {
    Role.AGENT: (
        *(
            "不知道",
            "不清楚",
            "没办法",
            "没有办法",
            "不归我",
            "不能",
            "规定",
            "系统",
            "稍等",
            "等一下",
        ),
        *("抱歉", "对不起", "i don't know", "policy", "cannot", "sorry", "申し訳"),
    ),
    Role.CUSTOMER: (
        *("上次", "又", "多次", "几次", "一直", "还没", "等了", "骗", "乱扣", "扣费", "坏", "破损"),
        *("过期", "退款", "发票", "again", "still", "broken", "refund", "まだ", "壊れ"),
    ),
}
"""Words that are often near a complaint, by who says them; a team gives its own."""
_SILENCES = (1.2, 3.0, 5.0)
_IGNORED = frozenset({"day", "week", "hour"})
"""Built-in fields of too many values to be a circumstance; metadata is guarded by `causes`."""


@dataclass(frozen=True, slots=True)
class Trait:
    """A circumstance."""

    field: str
    value: str = YES

    def __str__(self) -> str:
        """Return it as people read it."""
        return self.field if self.value == YES else f"{self.field} = {self.value}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at in each call."""

    fields: Sequence[str] | None = None
    """Of `fields.values`; None for the built-in ones and all of the metadata."""
    words: tuple[tuple[Role, str], ...] = tuple(
        (role, word) for role, words in CAUSE_WORDS.items() for word in words
    )
    rules: bool = True
    """Whether other rules that failed are circumstances too."""


USUAL = Asked()


def traits(case: Case, asked: Asked = USUAL) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each field that is known of a call, with the values it has there."""
    metadata = case.dialogue.metadata
    names = asked.fields
    if names is None:
        names = (*(n for n in BUILT_IN if n not in _IGNORED), *metadata)
    for name in dict.fromkeys(names):
        found = values(case, name)
        if found is not None:
            yield name, found
    yield from _measured(case)
    texts = {role: spoken_by(case, role) for role, _ in asked.words}
    for role, word in asked.words:
        yield f"{role} says “{word}”", _if(word in texts[role])
    if asked.rules:
        for finding in case.findings:
            if finding.verdict in {Verdict.PASS, Verdict.FAIL}:
                yield f"rule {finding.rule} fails", _if(finding.verdict is Verdict.FAIL)


def spoken_by(case: Case, role: Role) -> str:
    """Return all that `role` says, in lower case, a line each."""
    return "\n".join(s.text.casefold() for s in case.dialogue.lines if s.role is role)


def _if(holds: bool) -> tuple[str, ...]:  # noqa: FBT001  (what the value stands for)
    return (YES,) if holds else ()


def _measured(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    metrics = case.dialogue.metrics
    waits = [s.span.duration for s in metrics.silences if owed_by_agent(s)]
    for least in _SILENCES:
        yield f"agent silence > {least:g} s", _if(max(waits, default=0.0) > least)
    yield "dead air > 10 s", _if(metrics.dead_air > 10)  # noqa: PLR2004  (the name says it)
    yield "call > 5 min", _if(case.dialogue.duration > 300)  # noqa: PLR2004
    agent = party(case, Role.AGENT)
    if agent is None:
        return
    yield "agent interrupts", _if(agent.interruptions > 0)
    if agent.response_median is not None:
        yield "agent answers after > 2 s", _if(agent.response_median > 2)  # noqa: PLR2004
    if agent.talk_ratio is not None:
        yield "agent talks > 60 %", _if(agent.talk_ratio > 0.6)  # noqa: PLR2004
    if agent.rate is not None:
        yield "agent speaks > 300 a minute", _if(agent.rate > 300)  # noqa: PLR2004


def owed_by_agent(silence: Silence) -> bool:
    """Tell whether the agent is the one who is silent: owed an answer, or had asked to wait."""
    if silence.before is Role.CUSTOMER:
        return True
    return silence.announced and silence.before is Role.AGENT


def agent_silences(case: Case) -> list[Span]:
    """Return the silences that are the agent's, in order."""
    return [s.span for s in case.dialogue.metrics.silences if owed_by_agent(s)]


def agent_interruptions(case: Case) -> list[Span]:
    """Return where the agent cuts in, in order."""
    overlaps = case.dialogue.metrics.overlaps
    found = [o.span for o in overlaps if o.interruption and o.second is Role.AGENT]
    if not overlaps:
        events = case.dialogue.events
        found = [
            e.span for e in events if e.label is EventLabel.INTERRUPTION and e.role is Role.AGENT
        ]
    return found
