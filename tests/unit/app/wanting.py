"""Judges that can be sent to other processes, which find them by the name of this module."""

from dataclasses import dataclass

from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError
from huiting.core.judgement import Finding, Judgement, Verdict


@dataclass(frozen=True, slots=True)
class Wants:
    """Judges, and builds itself: a call must have this word."""

    word: str
    rules: str = ""

    def __call__(self) -> "Wants":
        return self

    def judge(self, dialogue: Dialogue) -> Judgement:
        said = any(self.word in line.text for line in dialogue.lines)
        finding = Finding("word", 1, Verdict.PASS if said else Verdict.FAIL)
        return Judgement(dialogue.call, (finding,), rules=self.rules or self.word)


@dataclass(frozen=True, slots=True)
class Refuses:
    """Cannot be built."""

    def __call__(self) -> Wants:
        raise InputError("rules.yaml:3", "nothing to ask", "add require:")
