"""Appeals (申诉): an agent says why a verdict is wrong, and somebody who has not decided decides.

The deadline counts from when the verdict was made: from then on the agent can see it. An
appeal that is upheld is a decision that the verdict was wrong, and measures the rule like any.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from huiting.access.permissions import UserRole
from huiting.access.principal import Actor, Principal
from huiting.core.errors import Conflict, Forbidden, InputError, Unknown
from huiting.core.judgement import Finding, Verdict
from huiting.service.reading import Reading
from huiting.service.reviewing import LONGEST
from huiting.service.veiled import veiled
from huiting.service.views import View
from huiting.store import Store
from huiting.store.audit import Action, Audit, Entry
from huiting.store.reviewing import appeals
from huiting.store.reviewing.appeals import Appeal, AppealState
from huiting.store.reviews import Decision, Review, Reviews


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What an agent is told of the verdicts on a call."""

    until: datetime | None
    """Until when appeals are taken; None where nothing has judged the call."""
    failed: Sequence[tuple[str, int]]
    """Rules that failed it, each with its version."""
    decided: Mapping[tuple[str, int], Decision]
    """What people made of verdicts, by rule and version."""
    appeals: Mapping[tuple[str, int], Appeal]


@dataclass(frozen=True, slots=True)
class Appeals:
    """Takes appeals, and what becomes of them. May be used from several threads."""

    store: Store
    reading: Reading
    reviews: Reviews
    audit: Audit
    now: Callable[[], datetime]
    days: int = 7
    """After the verdict in which appeals are taken."""

    def verdicts(self, calls: Sequence[str]) -> Mapping[str, Verdicts]:
        """Return what there is to tell of the verdicts on calls, which somebody may see."""
        with self.store.database.reading() as connection:
            judged = appeals.judged(connection, calls)
            failed = appeals.failed(connection, calls)
            decided = appeals.decisions(connection, calls)
            appealed = appeals.of_calls(connection, calls)
        return {
            call: Verdicts(
                judged[call] + timedelta(days=self.days) if call in judged else None,
                [(rule, version) for one, rule, version in failed if one == call],
                {(rule, v): made for (one, rule, v), made in decided.items() if one == call},
                {(one.rule, one.version): one for one in appealed if one.call == call},
            )
            for call in calls
        }

    def add(self, call: str, rule: str, reason: str, principal: Principal, by: Actor) -> Appeal:
        """Take an appeal of an agent against a verdict on a call of theirs.

        Raises:
            Forbidden: who asks is no agent, or it is too late.
            UnknownCall: there is no such call of theirs.
            InputError: nothing is said, or too much, or the rule did not fail the call.
            Conflict: there is an appeal against this verdict.
        """
        if principal.role is not UserRole.AGENT:
            raise Forbidden(principal.name, "only agents appeal", "ask the agent of the call")
        plain = reason.strip()
        if not plain or len(plain) > LONGEST:
            raise InputError("reason", "empty, or too long", f"write at most {LONGEST} characters")
        found = self.store.find(call, allowed=principal.only)
        finding = self._failed(found.id, rule)
        now = self.now()
        appeal = Appeal(
            found.id, rule, finding.version, plain, principal.person, principal.name, now
        )  # fmt: skip
        with self.store.database.writing() as connection:
            at = appeals.judged(connection, [found.id]).get(found.id)
            if at is None or now > at + timedelta(days=self.days):
                raise Forbidden(
                    principal.name, f"appeals are taken for {self.days} days after the verdict",
                    "speak to your team lead",
                )  # fmt: skip
            kept = appeals.add(connection, appeal)
            self._note(connection, by, Action.ADDED, kept)
        return kept

    def page(
        self, state: AppealState | None, view: View, before: int | None, limit: int
    ) -> list[Appeal]:
        """Return appeals about calls that somebody may see, without personal data by default."""
        with self.store.database.reading() as connection:
            found = appeals.page(connection, state, view.principal.only, before, limit)
        return [self.shown(appeal, view) for appeal in found]

    def look(self, key: int, view: View, by: Actor) -> Appeal:
        """Return an appeal, and note that it and its call were seen.

        Raises:
            Unknown: there is none that may be seen.
        """
        with self.store.database.writing() as connection:
            appeal = appeals.find(connection, key, view.principal.only)
            self._note(connection, by, Action.SAW, appeal)
        return self.shown(appeal, view)

    def waiting(self, principal: Principal) -> int:
        """Return how many appeals wait."""
        with self.store.database.reading() as connection:
            return appeals.waiting(connection, principal.only)

    def why_not(self, appeal: Appeal, principal: Principal) -> str | None:
        """Return why somebody may not decide an appeal; None when they may."""
        with self.store.database.reading() as connection:
            return self._why_not(connection, appeal, principal)

    def decide(
        self, key: int, answer: str, principal: Principal, by: Actor, *, upheld: bool
    ) -> Appeal:
        """Decide an appeal, with the reason why; it measures the rule from now on.

        Raises:
            Unknown: there is no such appeal that may be seen.
            Forbidden: who asks has decided about this verdict before, or made the appeal.
            InputError: no reason is given, or it is too long.
            Conflict: it was decided before.
        """
        plain = answer.strip()
        if not plain or len(plain) > LONGEST:
            raise InputError("answer", "empty, or too long", f"write at most {LONGEST} characters")
        now = self.now()
        with self.store.database.writing() as connection:
            appeal = appeals.find(connection, key, principal.only)
            refused = self._why_not(connection, appeal, principal)
            if refused is not None:
                raise Forbidden(principal.name, refused, "leave it to somebody else")
            standing = appeals.standing(connection, appeal.call, appeal.rule, appeal.version)
            state = AppealState.UPHELD if upheld else AppealState.REJECTED
            closed = replace(
                appeal, state=state, decided_by=principal.person, decided=now, answer=plain
            )
            appeals.close(connection, closed)
            self.reviews.add(
                connection,
                Review(
                    appeal.call, appeal.rule, appeal.version, Verdict.FAIL,
                    Decision.WRONG if upheld else Decision.CONFIRMED, principal.person, now,
                    standing.drawn, plain,
                ),
            )  # fmt: skip
            self._note(connection, by, Action.REVIEWED, closed)
        return closed

    def shown(self, appeal: Appeal, view: View) -> Appeal:
        """Return an appeal as somebody may see it: what is said may name a customer."""
        if view.unredacted:
            return appeal
        original = self.reading.original(appeal.call, view.principal)
        texts = [appeal.reason, appeal.answer]
        reason, answer = veiled(texts, original, self.reading.find, self.reading.policy)
        return replace(appeal, reason=reason, answer=answer)

    def _failed(self, call: str, rule: str) -> Finding:
        judgement = self.store.judgement(call)
        for finding in judgement.findings if judgement else ():
            if finding.rule == rule:
                if finding.verdict is Verdict.FAIL:
                    return finding
                raise Conflict("appeal", "the rule did not fail the call", "look at the call again")
        raise Unknown("rule", "it has not judged this call", "see the call's findings")

    @staticmethod
    def _why_not(connection: Connection, appeal: Appeal, principal: Principal) -> str | None:
        if principal.role is UserRole.AGENT or principal.person == appeal.by:
            return "no agent decides an appeal"
        standing = appeals.standing(connection, appeal.call, appeal.rule, appeal.version)
        if {principal.person, principal.id} & standing.people and standing.people:
            return "has decided about this verdict before"
        return None

    def _note(self, connection: Connection, by: Actor, action: str, appeal: Appeal) -> None:
        detail = {"kind": "appeal", "rule": appeal.rule[:100], "new": appeal.state.value}
        entry = Entry(by.id, by.name, action, f"call:{appeal.call}", by.address, detail=detail)
        self.audit.note(connection, entry)
