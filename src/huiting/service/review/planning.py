"""Plans: made, drawn, paused; and calls that somebody picks to be looked at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from huiting.access.permissions import Permission
from huiting.access.principal import Actor, Principal
from huiting.core.errors import Forbidden, InputError, Unknown
from huiting.core.judgement import Verdict
from huiting.service.review import drawing
from huiting.service.review.drawing import Dealing, Reader
from huiting.store import Store, Which
from huiting.store.audit import Action, Audit, Entry
from huiting.store.reviewing import candidates, items, plans
from huiting.store.reviewing.candidates import Candidate
from huiting.store.reviewing.plans import Plan, Progress, Terms

MOST, EACH, WEEKS, LONGEST = 2_000, 50, 13, 100
"""Items of a draw, calls of an agent and week, weeks, characters of a name."""
PICKED = 500
"""Calls that are picked at once."""
MAKERS = frozenset({Permission.RULES_WRITE, Permission.JOBS_WRITE})
"""Who has one of these makes plans."""


@dataclass(frozen=True, slots=True)
class Made:
    """A plan, and how far it is."""

    plan: Plan
    progress: Progress


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw added."""

    items: int
    by_chance: int
    left: int
    """Agents and weeks that would have been too many; draw again for them."""


@dataclass(frozen=True, slots=True)
class Planning:
    """Makes plans and draws by them. May be used from several threads."""

    store: Store
    audit: Audit
    now: Callable[[], datetime]
    zone: tzinfo | None

    def make(self, terms: Terms, principal: Principal, by: Actor) -> Plan:
        """Keep a plan; nothing is drawn yet.

        Raises:
            Forbidden: who asks makes no plans.
            InputError: it chooses nothing, or too much.
        """
        _check_maker(principal)
        checked = _checked(terms)
        made = Plan(0, checked, principal.only, False, principal.person, self.now(), None)  # noqa: FBT003
        with self.store.database.writing() as connection:
            plan = plans.add(connection, checked, made)
            self.audit.note(connection, _entry(by, Action.ADDED, plan, name=checked.name[:100]))
        return plan

    def page(self, principal: Principal, before: int | None, limit: int) -> list[Made]:
        """Return the plans that somebody may see, the latest first."""
        _check_maker(principal)
        with self.store.database.reading() as connection:
            found = plans.page(connection, before, limit)
            those = [plan for plan in found if _sees(principal, plan)]
            progress = plans.progress(connection, [plan.key for plan in those])
        return [Made(plan, progress[plan.key]) for plan in those]

    def one(self, key: int, principal: Principal) -> Made:
        """Return a plan.

        Raises:
            Unknown: there is none that may be seen.
        """
        _check_maker(principal)
        with self.store.database.reading() as connection:
            plan = _found(connection, key, principal)
            return Made(plan, plans.progress(connection, [key])[key])

    def pause(self, key: int, principal: Principal, by: Actor, *, paused: bool) -> None:
        """Offer the items of a plan to nobody for now, or to all again."""
        _check_maker(principal)
        with self.store.database.writing() as connection:
            plan = _found(connection, key, principal)
            plans.pause(connection, key, paused=paused)
            said = "paused" if paused else "resumed"
            self.audit.note(connection, _entry(by, Action.CHANGED, plan, new=said))

    def release(self, key: int, principal: Principal, by: Actor) -> int:
        """Give what is open of a plan to whoever comes; return how many items."""
        _check_maker(principal)
        with self.store.database.writing() as connection:
            plan = _found(connection, key, principal)
            count = items.release(connection, key)
            self.audit.note(connection, _entry(by, Action.CHANGED, plan, count=count))
        return count

    def draw(self, key: int, readers: Sequence[Reader], principal: Principal, by: Actor) -> Drawn:
        """Choose what is to be looked at; what was chosen before is not chosen again.

        Args:
            key: of the plan.
            readers: the plan's reviewers who are still there; what they see is theirs.
            principal: who asks.
            by: the same, for the audit log.

        Raises:
            Unknown: there is no such plan that may be seen.
        """
        _check_maker(principal)
        now = self.now()
        with self.store.database.writing() as connection:
            plan = _found(connection, key, principal)
            chosen = [r for r in readers if r.person in plan.terms.reviewers]
            loads = candidates.open_of(connection, [r.person for r in chosen])
            dealing = Dealing(chosen, loads, plan.terms.second, plan.terms.seed)
            drawn = self._draw(connection, plan, dealing, now)
            plans.drawn(connection, key, now)
            self.audit.note(connection, _entry(by, Action.ADDED, plan, count=drawn.items))
        return drawn

    def pick(self, calls: Sequence[str], principal: Principal, by: Actor) -> int:
        """Have whole calls looked at by whoever comes; return how many are new.

        Raises:
            InputError: they are too many at once.
        """
        if len(calls) > PICKED:
            raise InputError("calls", f"more than {PICKED}", "choose fewer")
        which = Which(among=tuple(calls), allowed=principal.only)
        with self.store.database.writing() as connection:
            found = candidates.among(connection, which, PICKED)
            new = [items.New(one.recording, drawing.PICKED) for one in found]
            count = items.add(connection, new, None, self.now())
            entry = Entry(
                by.id, by.name, Action.ADDED, "review", by.address,
                detail={"kind": "items", "count": count},
            )  # fmt: skip
            self.audit.note(connection, entry)
        return count

    def _draw(self, connection: Connection, plan: Plan, dealing: Dealing, now: datetime) -> Drawn:
        terms = plan.terms
        this_week = drawing.monday(now, self.zone)
        since = this_week - terms.weeks * drawing.WEEK
        which = Which(since, allowed=plan.allowed)
        sampled = drawing.sample((), 0, 0, terms.seed, self.zone)
        if terms.each:  # first: all of what fails would leave no room for it
            over = replace(which, until=this_week)
            known = candidates.judged(connection, over, terms.rule)
            sampled = drawing.sample(known, terms.each, terms.most, terms.seed, self.zone)
        room = terms.most - len(sampled.chosen)
        by_chance = {(one.recording, one.rule) for one in sampled.chosen}
        for why, found in self._certain(connection, terms, which, room):
            if room and (found.recording, found.rule) not in by_chance:
                dealing.deal(found, why)
                room -= 1
        for one in sampled.chosen:
            where = drawing.stratum(one, self.zone)
            if one.item is None:
                dealing.deal(one, drawing.RANDOM, where)
            else:
                items.draw(connection, one.item, *where)
        items.add(connection, dealing.dealt, plan.key, now)
        for (agent, week), size in sampled.sizes.items():
            items.weigh(connection, terms.rule or candidates.WHOLE, agent, week, size)
        return Drawn(len(dealing.dealt), len(sampled.chosen), sampled.left)

    @staticmethod
    def _certain(
        connection: Connection, terms: Terms, which: Which, room: int
    ) -> Iterator[tuple[str, Candidate]]:
        """Yield what is chosen whatever the lot says, and why."""
        if terms.fatal:
            for call in candidates.fatal(connection, which, room):
                yield drawing.FATAL, call
        kinds = (
            (terms.failed, Verdict.FAIL, drawing.FAILED),
            (terms.uncertain, Verdict.UNCERTAIN, drawing.UNCERTAIN),
        )
        for wanted, verdict, why in kinds:
            if wanted:
                found = candidates.verdicts(connection, which, verdict, terms.rule, room)
                for one in found:
                    yield why, one


def _checked(terms: Terms) -> Terms:
    name = terms.name.strip()
    if not name or len(name) > LONGEST:
        raise InputError("name", "empty, or too long", f"write at most {LONGEST} characters")
    if not (0 <= terms.each <= EACH and 1 <= terms.weeks <= WEEKS and 1 <= terms.most <= MOST):
        raise InputError("plan", "a number out of reach", "choose a smaller one")
    if not 0 <= terms.second <= 1:
        raise InputError("second reader", "a number out of reach", "give a share from 0 to 1")
    rule = terms.rule or None
    plain = replace(
        terms, name=name, rule=rule, fatal=terms.fatal and rule is None,
        failed=terms.failed and rule is not None,
    )  # fmt: skip
    if not (plain.fatal or plain.failed or plain.uncertain or plain.each):
        raise InputError("plan", "it chooses nothing", "say which calls are to be looked at")
    return plain


def _check_maker(principal: Principal) -> None:
    if not (principal.may(Permission.REVIEW) and principal.permissions & MAKERS):
        raise Forbidden(principal.name, "makes no plans", "ask a supervisor")


def _found(connection: Connection, key: int, principal: Principal) -> Plan:
    plan = plans.find(connection, key)
    if not _sees(principal, plan):
        raise Unknown("plan", "there is none with this number", "list the plans")
    return plan


def _sees(principal: Principal, plan: Plan) -> bool:
    """Tell whether all calls of a plan are such as somebody may see."""
    return all(
        name in plan.allowed and plan.allowed[name] <= values
        for name, values in principal.only.items()
    )


def _entry(by: Actor, action: str, plan: Plan, **detail: str | int) -> Entry:
    return Entry(
        by.id, by.name, action, f"plan:{plan.key}", by.address, detail={"kind": "plan", **detail}
    )  # fmt: skip
