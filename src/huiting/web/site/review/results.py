"""An agent's own results as their page shows them: scores, failed verdicts, what was said to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiting.access.permissions import Permission, UserRole
from huiting.access.principal import Principal
from huiting.core.judgement import Verdict
from huiting.service.reading import Seen
from huiting.service.review.appeals import Verdicts
from huiting.service.views import View
from huiting.store.browse import Listed
from huiting.store.reviewing.appeals import Appeal
from huiting.store.reviews import Decision
from huiting.web.parts import Parts
from huiting.web.site.call.verdicts import Ruled, ruled


@dataclass(frozen=True, slots=True)
class Result:
    """A call in the list."""

    listed: Listed
    verdicts: Verdicts
    names: Mapping[str, str]
    """Of rules, by their ids."""

    @property
    def failed(self) -> Sequence[str]:
        """What the rules are called that failed the call, those taken back left out."""
        return [
            self.names.get(rule, rule)
            for rule, version in self.verdicts.failed
            if self.verdicts.decided.get((rule, version)) is not Decision.WRONG
        ]

    @property
    def appeals(self) -> Sequence[Appeal]:
        """What the agent has against verdicts."""
        return list(self.verdicts.appeals.values())


@dataclass(frozen=True, slots=True)
class Failure:
    """A verdict that failed the call."""

    ruled: Ruled
    decision: Decision | None
    """What a reviewer made of it."""
    appeal: Appeal | None


@dataclass(frozen=True, slots=True)
class OwnCall:
    """A call, with what failed it."""

    seen: Seen
    failures: Sequence[Failure]
    until: datetime | None
    """Until when appeals are taken."""
    late: bool
    appeals: bool
    """Who looks may appeal."""
    hears: bool


def own_call(call: str, principal: Principal, parts: Parts, language: str) -> OwnCall:
    """Return a call as its agent sees it.

    Raises:
        UnknownCall: there is none that may be seen.
    """
    view = View(principal)
    seen = parts.reading.call(call, view)
    told = parts.appeals.verdicts([seen.call.id])[seen.call.id]
    findings = seen.judgement.findings if seen.judgement else ()
    failures = []
    for finding in findings:
        if finding.verdict is Verdict.FAIL:
            key = finding.rule, finding.version
            appeal = told.appeals.get(key)
            shown = None if appeal is None else parts.appeals.shown(appeal, view)
            failures.append(Failure(ruled(finding, language), told.decided.get(key), shown))
    late = told.until is None or parts.now() > told.until
    hears = principal.may(Permission.CALLS_AUDIO) and parts.hearing.has(seen.analysis)
    return OwnCall(
        seen, failures, told.until, late, principal.role is UserRole.AGENT, hears
    )  # fmt: skip


def results(found: Sequence[Listed], parts: Parts, names: Mapping[str, str]) -> list[Result]:
    """Return calls with what there is to tell of their verdicts."""
    told = parts.appeals.verdicts([listed.call.id for listed in found])
    return [Result(listed, told[listed.call.id], names) for listed in found]
