"""Which names there are, so that a question about one that is not gets an answer.

A misspelt agent, field or rule would otherwise be a table of nothing. What exists is seen
as calls go by; the refusal names the nearest first. A name that exists elsewhere in the
history is no mistake: then these calls only have none of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from huiting.core.errors import InputError
from huiting.insights._nearest import nearest
from huiting.insights.case import Case
from huiting.insights.fields import BUILT_IN, Filter, agent_of, values

MOST = 20_000
"""Values of a field that are remembered."""
AGENTS = "agents"
"""Stands for who took the call by `fields.agent_of`, which reads several fields."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a question."""

    fields: frozenset[str] = frozenset()
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Field to the values that are wanted of it."""
    rules: frozenset[str] = frozenset()
    scorecards: frozenset[str] = frozenset()
    intents: frozenset[str] = frozenset()

    def __or__(self, other: "Names") -> "Names":
        """Return the names of both."""
        both = self.values.keys() | other.values.keys()
        nothing: frozenset[str] = frozenset()
        return Names(
            self.fields | other.fields,
            {n: self.values.get(n, nothing) | other.values.get(n, nothing) for n in both},
            self.rules | other.rules,
            self.scorecards | other.scorecards,
            self.intents | other.intents,
        )


def names_in(
    filters: Iterable[Filter] = (),
    fields: Iterable[str] = (),
    measure: str = "",
    agent: str | None = None,
) -> Names:
    """Return the names that a question holds.

    Args:
        filters: those typed.
        fields: by which calls are sorted.
        measure: as `measures.measure` reads it.
        agent: the one asked about.
    """
    wanted: dict[str, frozenset[str]] = {AGENTS: frozenset({agent})} if agent else {}
    for one in filters:
        for name, listed in one.fields.items():
            wanted[name] = wanted.get(name, frozenset()) | set(listed)
    kind, _, rest = measure.partition(":")
    named = rest.partition("<")[0]
    intents = {rest} if kind == "intent" else set()
    for name in ("intent", "topic"):
        intents |= wanted.pop(name, frozenset())
    return Names(
        fields=frozenset(fields) | (wanted.keys() - {AGENTS}),
        values=wanted,
        rules=frozenset({rest} if kind == "rule" else ()),
        scorecards=frozenset({named} if kind == "score" and named else ()),
        intents=frozenset(intents),
    )


class Known:
    """Remembers which names there are among calls that go by.

    Args:
        wanted: the names of a question; values are remembered of their fields only.
        intents: names of the team's list, which exist without a call too.
    """

    def __init__(self, wanted: Names, intents: Iterable[str] = ()) -> None:
        self._wanted = wanted
        self._fields = set(BUILT_IN)
        self._values: dict[str, set[str]] = {name: set() for name in wanted.values}
        self._rules: set[str] = set()
        self._scorecards: set[str] = set()
        self._intents = set(_paths(intents))
        self.calls = 0

    def watch(self, cases: Iterable[Case]) -> Iterator[Case]:
        """Yield the calls as they come, and remember their names."""
        for case in cases:
            self.add(case)
            yield case

    def add(self, case: Case) -> None:
        """Remember the names of one more call."""
        self.calls += 1
        self._fields.update(case.dialogue.metadata)
        for name, known in self._values.items():
            if len(known) < MOST:
                known.update((agent_of(case),) if name == AGENTS else values(case, name) or ())
        if self._wanted.rules:
            self._rules.update(finding.rule for finding in case.findings)
        if self._wanted.scorecards and case.judgement:
            self._scorecards.update(score.scorecard for score in case.judgement.scores)
        if self._wanted.intents:
            self._intents.update(_paths(i.name for i in case.dialogue.meaning.intents))

    @property
    def complete(self) -> bool:
        """Whether there is every name that was asked for."""
        return next(self._missing(), None) is None

    def check(self) -> None:
        """Refuse the first name that there is not.

        Raises:
            InputError: it names what there is instead, the nearest first.
        """
        for subject, name, there in self._missing():
            listed = nearest(name, there)
            if listed:
                raise InputError(subject, "not known", f"choose one of {listed}")
            raise InputError(subject, "no call has any", "leave it out")

    def _missing(self) -> Iterator[tuple[str, str, set[str]]]:
        wanted = self._wanted
        for name in sorted(wanted.fields - self._fields):
            yield f"field {name!r}", name, self._fields
        for field_name, listed in wanted.values.items():
            known = self._values[field_name]
            shown = "agent" if field_name == AGENTS else field_name
            for value in sorted(listed - known) if len(known) < MOST else ():
                yield f"{shown}={value}", value, known
        for kind, listed, known in (
            ("rule", wanted.rules, self._rules),
            ("scorecard", wanted.scorecards, self._scorecards),
            ("intent", wanted.intents, self._intents),
        ):
            for name in sorted(listed - known):
                yield f"{kind} {name!r}", name, known


def _paths(names: Iterable[str]) -> Iterator[str]:
    """Yield each name with those above it: 售后 and 售后/退货 for 售后/退货."""
    for name in names:
        parts = name.split("/")
        yield from ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
