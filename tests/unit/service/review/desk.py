"""A desk of reviewers: judged calls of some agents and weeks, and what tests do with them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from huiting.access.permissions import PERMITTED, UserRole
from huiting.access.principal import Actor, Principal
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Score,
    ScoredItem,
    Severity,
    Verdict,
)
from huiting.core.types import Span
from huiting.service.review.drawing import Reader
from huiting.service.review.planning import Drawn
from huiting.service.review.queue import Mark, Outcome, Task
from huiting.service.views import View
from huiting.store.reviewing.plans import Terms
from huiting.store.reviews import Decision
from huiting.web.parts import Parts
from served import NOON, Clock, refund

MONDAY = datetime(2025, 3, 3, 1, tzinfo=UTC)
"""Of the week before that of NOON."""
WEEK = timedelta(days=7)


def person(name: str, role: UserRole = UserRole.REVIEWER, **only: str) -> Principal:
    return Principal(
        f"user:{name}", name, role, PERMITTED[role], {k: frozenset({v}) for k, v in only.items()}
    )


BOSS = person("boss", UserRole.SUPERVISOR)
ANN, BEN, CAT = person("ann"), person("ben"), person("cat")
AGENT = person("8001", UserRole.AGENT, agent="8001")


def by(principal: Principal) -> Actor:
    return principal.at("10.0.0.1")


def readers(*people: Principal) -> list[Reader]:
    return [Reader(one.person, one.only) for one in people]


@dataclass(frozen=True, slots=True)
class Desk:
    """A service, and its clock."""

    parts: Parts
    clock: Clock

    def call(
        self,
        name: str,
        at: datetime = MONDAY,
        *,
        agent: str = "8001",
        team: str = "A",
        fatal: bool = False,
        **verdicts: Verdict,
    ) -> str:
        """Keep a judged call; `greeting=Verdict.FAIL`."""
        made = refund(name, agent=agent, team=team)
        recording = replace(made.call.recording, started_at=at)
        made = replace(made, call=replace(made.call, recording=recording))
        self.parts.store.save(made, at=NOON)
        self.judge(recording.id, version=3, fatal=fatal, **verdicts)
        return recording.id

    def judge(
        self, call: str, *, version: int = 3, fatal: bool = False, **verdicts: Verdict
    ) -> None:
        """Have rules say something of a call."""
        proof = Evidence(EvidenceKind.SAID, Span(2.5, 5.0), 1, segment=1, quote="我要退货")
        found = tuple(
            Finding(
                rule, version, verdict, -5.0, (proof,), f"规则 {rule}", Severity.MAJOR, "先道歉"
            )
            for rule, verdict in (verdicts or {"greeting": Verdict.FAIL}).items()
        )
        item = ScoredItem("i", "红线", "s", 0, 5, Verdict.FAIL, fatal=True, rules=(found[0].rule,))
        score = Score("card", 1, 0.0, 100.0, (item,), ("i",) if fatal else (), grade="D")
        self.parts.store.judge(
            [Judgement(call, found, (score,) if fatal else (), rules=f"r{version}")],
            at=self.clock.at,
        )

    def plan(self, *people: Principal, **terms: object) -> int:
        """Make a plan; return its key."""
        told = Terms(
            "每周抽检", reviewers=tuple(one.person for one in people), **{"fatal": False, **terms}  # type: ignore[arg-type]
        )  # fmt: skip
        return self.parts.planning.make(told, BOSS, by(BOSS)).key

    def draw(self, plan: int, *people: Principal) -> Drawn:
        return self.parts.planning.draw(plan, readers(*people), BOSS, by(BOSS))

    def next(self, who: Principal, *without: int) -> Task | None:
        return self.parts.to_review.next(View(who), by(who), without)

    def one(self, who: Principal) -> Task:
        """Return what somebody is to look at: there must be something."""
        task = self.next(who)
        assert task is not None
        return task

    def decide(
        self, who: Principal, task: Task, seconds: float | None = None, **decisions: str
    ) -> None:
        """Decide about verdicts: `greeting="wrong"`."""
        marks = [Mark(rule, Decision(one)) for rule, one in decisions.items()]
        self.parts.to_review.decide(task.item.key, Outcome(marks, "", seconds), who, by(who))
