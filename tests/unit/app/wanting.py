"""Judges that can be sent to other processes, which find them by the name of this module."""

from dataclasses import dataclass
from typing import Self

from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError
from huiting.core.judgement import Finding, Judgement, Verdict
from huiting.quality.rules.judge import Ruled


@dataclass(frozen=True, slots=True)
class Wants:
    """Judges, and builds itself: a call must have this word."""

    word: str
    rules: str = ""
    steady: bool = True
    asked: frozenset[str] = frozenset({"word"})

    def __call__(self) -> Self:
        return self

    @property
    def digest(self) -> str:
        return self.rules or self.word

    def judge(self, dialogue: Dialogue) -> Judgement:
        said = any(self.word in line.text for line in dialogue.lines)
        finding = Finding("word", 1, Verdict.PASS if said else Verdict.FAIL)
        return Judgement(dialogue.call, (finding,), rules=self.digest)

    def ruled(self, dialogue: Dialogue) -> Ruled:
        (finding,) = self.judge(dialogue).findings
        return Ruled({"word": finding.verdict}, {}, {"word": finding})


@dataclass(frozen=True, slots=True)
class Tired:
    """Has judged enough."""

    digest: str
    steady: bool = True
    asked: frozenset[str] = frozenset({"word"})

    def __call__(self) -> Self:
        return self

    def judge(self, dialogue: Dialogue) -> Judgement:
        raise AssertionError(dialogue.name)

    def ruled(self, dialogue: Dialogue) -> Ruled:
        raise AssertionError(dialogue.name)


@dataclass(frozen=True, slots=True)
class Fails:
    """Cannot judge by its rule."""

    digest: str
    steady: bool = True
    asked: frozenset[str] = frozenset({"word"})

    def __call__(self) -> Self:
        return self

    def judge(self, dialogue: Dialogue) -> Judgement:
        return Judgement(dialogue.call, rules=self.digest, problems={"word": "no server"})

    def ruled(self, _dialogue: Dialogue) -> Ruled:
        return Ruled({}, {"word": "no server"}, {})


@dataclass(frozen=True, slots=True)
class Refuses:
    """Cannot be built."""

    def __call__(self) -> Wants:
        raise InputError("rules.yaml:3", "nothing to ask", "add require:")
