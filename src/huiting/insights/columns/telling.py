"""Tell the facts of one call."""

from collections import Counter
from collections.abc import Iterator, Mapping

from huiting.core.judgement import Verdict
from huiting.core.types import Role
from huiting.insights._evidence import behind_field, behind_measure
from huiting.insights._hearing import heard
from huiting.insights.agents import Calm
from huiting.insights.case import Case
from huiting.insights.causes import is_part_of
from huiting.insights.columns.facts import (
    AGENT,
    MARK,
    PLAIN,
    Facts,
    Scored,
    Shown,
    Upset,
    owners,
    put_away,
)
from huiting.insights.day import bad_moments, feelings, unsure
from huiting.insights.fields import BUILT_IN, agent_of, values
from huiting.insights.measures import measure, party
from huiting.insights.moments import OutburstTally
from huiting.insights.traits import traits
from huiting.insights.words import said_in

_MEASURES = [measure(name) for name in PLAIN]


def facts_of(case: Case, metadata: Mapping[str, str], calm: Calm) -> Facts:
    """Return what is counted of a call.

    Args:
        case: as it may be shown.
        metadata: of the call as it is, by which is told who may see it.
        calm: returns each time the customer was upset.
    """
    began = case.dialogue.started_at
    known = list(traits(case))
    tally = OutburstTally()
    tally.add(case)
    outbursts = tally.result()
    moments = tuple(bad_moments(case))
    choice = heard(case)
    waiting = tuple(unsure(case))
    shown = Shown(moments, choice.tell() if choice else None, outbursts.moments, waiting)
    return Facts(
        call=case.call,
        day=began.date().toordinal() if began else None,
        hour=began.hour if began else None,
        judged=case.judgement is not None,
        owners=owners(metadata),
        fields=[f"{name}{MARK}{value}" for name, value in _fields(case)],
        numbers=[*(m.value(case) for m in _MEASURES), *_talk(case)],
        verdicts=[MARK.join((f.rule, f.verdict, f.name, f.severity)) for f in case.findings],
        scores=_scores(case),
        feelings=dict(Counter(feelings(case))),
        traits=[entry for name, found in known for entry in _trait(name, found)],
        shared=list(_shared(case, dict(known))),
        terms=sorted(said_in(case)),
        upsets=[Upset(str(u.answer), u.softened, u.delay) for u in calm(case.dialogue)],
        trials=(
            outbursts.after.count,
            outbursts.after.of,
            outbursts.elsewhere.count,
            outbursts.elsewhere.of,
        ),
        gravity=max((moment.gravity for moment in moments), default=None),
        worth=choice.worth if choice else None,
        unsure=sum(f.verdict is Verdict.UNCERTAIN for f in case.findings),
        shown=put_away(shown),
    )


def _fields(case: Case) -> Iterator[tuple[str, str]]:
    yield AGENT, agent_of(case)
    for name in dict.fromkeys((*BUILT_IN, *case.dialogue.metadata)):
        for value in values(case, name) or ():
            yield name, value


def _talk(case: Case) -> Iterator[float | None]:
    for role in (Role.AGENT, Role.CUSTOMER):
        found = party(case, role)
        yield found.talk_time if found else None
    yield case.dialogue.metrics.silence
    yield case.dialogue.metrics.duration


def _scores(case: Case) -> list[Scored]:
    return [
        Scored(s.scorecard, s.points, s.most, bool(s.fatal), s.uncertain)
        for s in (case.judgement.scores if case.judgement else ())
    ]


def _trait(name: str, found: tuple[str, ...]) -> Iterator[str]:
    yield name
    yield from (f"{name}{MARK}{value}" for value in found)


def _shared(case: Case, known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    behind = {
        name: told for name, found in known.items() if found and (told := behind_field(name, case))
    }
    if not behind:
        return
    for target in _targets(case):
        lines = behind_measure(target, case)
        for name, told in behind.items() if lines else ():
            if not (is_part_of(name, target) or lines.isdisjoint(told)):
                yield from (MARK.join((target, name, value)) for value in known[name])


def _targets(case: Case) -> Iterator[str]:
    """Yield the measures told from lines that hold in a call."""
    plain = ("angry", "sad", "happy", "churn", "urgent", "unsolved")
    yield from (name for name in plain if (measure(name).value(case) or 0) > 0)
    yield from (f"rule:{f.rule}" for f in case.findings if f.verdict is Verdict.FAIL)
    for intent in case.dialogue.meaning.intents[:1]:
        parts = intent.name.split("/")
        yield from (f"intent:{'/'.join(parts[:end])}" for end in range(1, len(parts) + 1))
