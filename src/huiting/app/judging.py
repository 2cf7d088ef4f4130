"""A team's rules and scorecards as one thing that judges calls, and what it is built from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Self

import huiting
from huiting.app.settings import Settings
from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError
from huiting.core.judgement import Judgement
from huiting.quality.asking.question import asking
from huiting.quality.dialogue import dialogue_of
from huiting.quality.rules.asked import Context
from huiting.quality.rules.judge import Ruled, judged, ruled
from huiting.quality.rules.read import joined, mistakes_in, read_rules, taken
from huiting.quality.rules.rule import RuleSet
from huiting.quality.scorecard import Scorecard, missing_rules, read_scorecard, score
from huiting.text.pronunciation import sounds_of

if TYPE_CHECKING:  # loads models and what hides personal data
    from huiting.app.readers import Readers

RESTS_ON_MODEL = frozenset({"similar", "ask"})
"""Operators whose answers may change though neither rule nor call does."""
_JUDGING = ("core", "text", "quality")
"""Where the code is that decides verdicts and what rules read of a call."""


def flat(analysis: Analysis) -> Dialogue:
    """Return an analysis as rules read it."""
    return dialogue_of(analysis, sounds_of)


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Judges calls. May be used from several threads."""

    rules: tuple[RuleSet, ...]
    """As they were read."""
    together: RuleSet
    """All of them."""
    scorecards: tuple[Scorecard, ...]
    context: Context
    digest: str
    """The same as long as every verdict and score stays the same."""
    off: frozenset[str] = frozenset()
    """Rules that are switched off: no finding, and no part of a score."""
    asked: frozenset[str] = frozenset()
    """Ids of the others."""

    @property
    def steady(self) -> bool:
        """Whether the same call is always judged the same: no rule rests on a model."""
        rules = self.together.rules
        return not any(ask.kind in RESTS_ON_MODEL for rule in rules for ask in rule.asks())

    @classmethod
    def read(
        cls, rules: Sequence[Path], scorecards: Sequence[Path], context: Context | None = None
    ) -> Self:
        """Read the files of a team.

        Args:
            rules: files, or folders of them; an id occurs once in all of them.
            scorecards: files; every rule they rest on is among the rules.
            context: what rules may use besides the call.

        Raises:
            InputError: a file cannot be read, something in it is wrong, or the files do not
                fit together.
        """
        read = tuple(read_rules(path, sounds_of) for path in rules)
        cards = tuple(read_scorecard(path) for path in scorecards)
        for error in taken(rule for rule_set in read for rule in rule_set.rules):
            raise error
        known = {rule.id for rule_set in read for rule in rule_set.rules}
        for card, path in zip(cards, scorecards, strict=True):
            if missing := missing_rules(card, known):
                raise InputError(
                    str(path),
                    f"no such rules: {', '.join(missing)}",
                    "give their file with --rules",
                )
        made = [engine(), *(rule_set.digest for rule_set in read), *(repr(card) for card in cards)]
        digest = sha256("\n".join(made).encode()).hexdigest()[:16]
        together = read[0] if len(read) == 1 else joined(read, sounds_of)
        fatal = frozenset(rule for card in cards for rule in card.fatal)
        together = replace(together, grave=together.grave | fatal)
        off = frozenset(rule.id for rule in together.rules if not rule.enabled)
        context = context or Context(sound=sounds_of)
        return cls(read, together, cards, context, digest, off, frozenset(known) - off)

    def judge(self, dialogue: Dialogue) -> Judgement:
        """Return what the rules and scorecards say of a call."""
        found = judged(dialogue, self.together, self.context)
        return Judgement(
            call=dialogue.call,
            findings=found.findings,
            scores=tuple(score(card, found.findings, self.off) for card in self.scorecards),
            rules=self.digest,
            problems=found.problems,
        )

    def ruled(self, dialogue: Dialogue) -> Ruled:
        """Return the bare verdicts of the rules on a call, in a part of the time."""
        return ruled(dialogue, self.together, self.context)


def mistakes(rules: Sequence[Path]) -> list[InputError]:
    """Return every mistake in files of rules, or in folders of them; none when all is well."""
    found = [error for path in rules for error in mistakes_in(path, sounds_of)]
    if found:
        return found
    return taken(rule for path in rules for rule in read_rules(path, sounds_of).rules)


@cache
def engine() -> str:
    """Return a digest of the code that judges: with other code, verdicts may be others."""
    folder = Path(huiting.__file__).parent
    files = sorted(file for part in _JUDGING for file in (folder / part).rglob("*.py"))
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def judge_of(settings: Settings, readers: "Readers | None" = None) -> Judge | None:
    """Return the judge that the settings name; None when there are no rules.

    Raises:
        InputError: see `Judge.read`; or there is a scorecard without rules.
        ConfigError: the language model is set wrongly.
    """
    if settings.rules:
        return Judge.read(settings.rules, settings.scorecards, context_of(settings, readers))
    if settings.scorecards:
        raise InputError(
            str(settings.scorecards[0]),
            "a scorecard rests on rules",
            "give their file with --rules",
        )
    return None


def context_of(settings: Settings, readers: "Readers | None" = None) -> Context:
    """Return what rules may use besides the call; `readers` are shared with other parts."""
    from huiting.app.hiding import hiding_lines
    from huiting.app.readers import Readers

    readers = readers or Readers(settings)
    model = readers.language_model
    return Context(
        sound=sounds_of,
        embedder=readers.embedder,
        ask=None if model is None else asking(model, hiding_lines(settings, readers)),
    )
