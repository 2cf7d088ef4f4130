"""What decisions tell: of each rule over time, of people who judge the same, of the work."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import combinations

from huiting.access.principal import Principal
from huiting.core.judgement import Verdict
from huiting.insights.agreement import Agreement, cohen, krippendorff
from huiting.insights.rates import Rate
from huiting.service.review.drawing import monday
from huiting.store.reviewing import shared
from huiting.store.reviewing.shared import Worked
from huiting.store.reviews import Decision, Judged, Reviews

REACH = timedelta(weeks=26)
"""How far back agreement, workload and trends look."""
_READ = 50_000
"""Decisions that agreement is told from."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who judged the same verdicts."""

    one: str
    other: str
    of: int
    """Verdicts that both decided about."""
    kappa: Agreement | None
    """None where those are too few, or always the same was chosen."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far reviewers agree."""

    pairs: Sequence[Pair]
    """Those with most verdicts first."""
    all: Agreement | None
    """Krippendorff's alpha of all."""
    shared: int
    """Verdicts that several people decided about."""


@dataclass(frozen=True, slots=True)
class Week:
    """How a rule did, by decisions of one week."""

    begin: date
    precision: Rate
    missed: int


@dataclass(frozen=True, slots=True)
class Course:
    """How a rule did, week by week, and where it was wrong."""

    weeks: Sequence[Week]
    mistakes: Sequence[Judged]
    """Wrong and missed ones, the latest first."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """Tells what decisions show. May be used from several threads."""

    reviews: Reviews
    now: Callable[[], datetime]
    zone: tzinfo | None

    def agreement(self, principal: Principal) -> Agreed:
        """Tell how far people agree who decided about the same verdicts."""
        since = self.now() - REACH
        with self.reviews.database.reading() as connection:
            units = shared.shared(connection, principal.only, since, _READ)
        both: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for unit in units:
            for one, other in combinations(sorted(unit), 2):
                both[one, other].append((unit[one], unit[other]))
        pairs = [Pair(*people, len(those), cohen(those)) for people, those in both.items()]
        pairs.sort(key=lambda pair: (-pair.of, pair.one, pair.other))
        return Agreed(pairs, krippendorff([list(unit.values()) for unit in units]), len(units))

    def workload(self, principal: Principal) -> Sequence[Worked]:
        """Tell how much each person did, and how long it took them."""
        with self.reviews.database.reading() as connection:
            return shared.worked(connection, self.now() - REACH, principal.only)

    def course(self, rule: str, principal: Principal, most: int = 100) -> Course:
        """Tell how a rule did week by week, and of at most `most` calls where it was wrong."""
        since = self.now() - REACH
        found = self.reviews.latest(rule, since=since, allowed=principal.only)
        by_week: defaultdict[date, list[Judged]] = defaultdict(list)
        for one in found:
            by_week[monday(one.at, self.zone).date()].append(one)
        weeks = [_week(begin, by_week[begin]) for begin in sorted(by_week)]
        bad = (Decision.WRONG, Decision.MISSED)
        return Course(weeks, [one for one in found if one.decision in bad][:most])


def _week(begin: date, judged: Sequence[Judged]) -> Week:
    failed = [one.decision for one in judged if one.verdict is Verdict.FAIL]
    right = failed.count(Decision.CONFIRMED)
    missed = sum(one.decision is Decision.MISSED for one in judged)
    return Week(begin, Rate(right, right + failed.count(Decision.WRONG)), missed)
