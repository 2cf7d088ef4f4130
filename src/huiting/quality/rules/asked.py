"""What passes between a rule and its operators.

An operator is a module of `huiting.quality.operators`. Its `build` takes what stands
under its key in YAML as keyword arguments and returns an `Operator`. It is given the
part of the call it may look at and returns what it found there; scopes, anchors, counts,
`not` and verdicts are the language's matter (`quality.rules`), never an operator's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind, Finding, Match
from huiting.core.ports import Embedder, Sound
from huiting.core.types import Role, Span
from huiting.core.value import value
from huiting.quality.matching.heard import Heard, Phrase
from huiting.quality.matching.patterns import Needles

T = TypeVar("T")


@value
class Hit:
    """One place where what was asked for is found."""

    span: Span
    """When; the whole call for what has no place in it."""
    kind: EvidenceKind
    channel: int | None = None
    role: Role | None = None
    segment: int | None = None
    """`Line.segment` of what was said."""
    quote: str | None = None
    match: Match | None = None
    score: float | None = None
    """Of the match, in [0, 1]; None where there is no degree."""
    value: float | None = None
    limit: float | None = None
    note: str | None = None


@value
class Scope:
    """The part of a call that an operator looks at."""

    windows: tuple[Span, ...]
    """In order and apart."""
    roles: frozenset[Role] | None = None
    """None for everybody."""
    lines: tuple[Line, ...] = ()
    """What those roles say in those windows, in order: a line belongs to the window in which
    it begins, one that anchors put partly outside is not cut."""
    reached: tuple[Line, ...] = ()
    """What those roles began to say before a window and are still saying in it, in order; for
    operators that know when each character is said."""
    whole: bool = False
    """What is said must also end inside the window; the lines already do."""

    def covers(self, span: Span) -> bool:
        """Tell whether something begins inside one of the windows."""
        start = span.start
        for window in self.windows:  # noqa: SIM110  (`any` takes three times as long)
            if window.start <= start < window.end:
                return True
        return False

    def asks(self, role: Role | None) -> bool:
        """Tell whether `role` is among those looked at."""
        return self.roles is None or role in self.roles


@value
class Found:
    """What an operator found in its scope."""

    hits: tuple[Hit, ...] = ()
    """By start."""
    nearest: Hit | None = None
    """What came closest, when there is no hit."""
    doubts: tuple[Hit, ...] = ()
    """Where a hit may hide that was not heard clearly, or what may be no hit at all; they
    make a verdict that rests on this uncertain."""


NOTHING = Found()


@dataclass(frozen=True, slots=True)
class Context:
    """What an operator may use besides the call."""

    sound: Sound
    embedder: Embedder | None = None
    """None where no model of meaning is installed: `similar` then says so."""
    ask: "Callable[[Dialogue, Scope, str], Answer] | None" = None
    """Puts a yes/no question to a language model; None unless a server is set."""
    findings: Mapping[str, Finding] = field(default_factory=dict)
    """Of the rules judged before in this call, by id."""
    heard: Heard | None = None
    """Where the phrases of all rules are said in this call; None to look for them oneself."""
    wary: bool = False
    """What follows is grave: what a voice alone tells is a doubt, unless it is nearly sure."""
    known: dict[Callable[[Dialogue], Any], Any] | None = None
    """What was worked out of this call, by what does; None where there is no single call."""

    def once(self, work: Callable[[Dialogue], T], dialogue: Dialogue) -> T:
        """Return what `work` makes of the call, worked out once for all questions to it."""
        if self.known is None:
            return work(dialogue)
        if work not in self.known:
            self.known[work] = work(dialogue)
        found: T = self.known[work]
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What a language model says of a call."""

    yes: bool
    quotes: tuple[Hit, ...] = ()
    """Each was found in the call."""
    reason: str = ""


class Operator(Protocol):
    """One thing a rule can ask. Pure but for the models in the context."""

    @property
    def hears(self) -> bool:
        """Whether it rests on what was said, so that unclear speech can hide a hit."""
        ...

    def find(self, dialogue: Dialogue, scope: Scope, context: Context, /) -> Found:
        """Return what is found in the scope.

        Raises:
            HuitingError: the question cannot be answered; the rule is then not judged.
        """
        ...

    def phrases(self) -> Sequence[str | Phrase | Needles]:
        """Return literal texts it looks for, so that one pass finds those of all rules.

        A `Phrase` is then found in `Context.heard`. An operator that returns phrases or
        needles is not put to a call in which none of them is: nothing would be found. Plain
        text only says what it rests on.
        """
        ...


@runtime_checkable
class Quick(Protocol):
    """An `Operator` that knows without all hits and what is nearest whether there is one."""

    @property
    def hears(self) -> bool:
        """See `Operator.hears`."""
        ...

    def holds(self, dialogue: Dialogue, scope: Scope, context: Context, /) -> bool | None:
        """Tell whether `find` returns a hit that is no doubt, or neither hits nor doubts.

        Returns:
            True or False accordingly; None where only `find` tells.
        """
        ...
