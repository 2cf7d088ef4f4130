"""The sentences that tools/train_meaning.py learns from, read from tools/meaning.

Headings `## answer | family` group lines of one kind: an intent, a state of the matter
(solved, promised, unsolved), `churn leaves`, `churn stays`, or `-`; `a` before the answer or
before a line says that an agent speaks. A line may begin with a mark of what is felt. All
lines were written for this by a language model that was asked for what callers and agents say;
none is from a recorded or a labelled call.
"""

import random
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from huiting.core.types import Role
from huiting.text.pronunciation import sounds_of

FOLDER = Path(__file__).parent / "meaning"
FELT = {"!": "angry", "-": "disappointed", ";": "sad", "~": "anxious", "+": "happy"}
STATES = ("solved", "promised", "unsolved")
LEAVES = "churn leaves"
MISHEARD = 0.12
"""Share of characters that a misheard copy of a line has wrong."""
SHORTEST = 6
"""Characters of a line that has a misheard copy."""
_HAN = range(0x4E00, 0xA000)
_MARKS = dict.fromkeys(map(ord, "，。！？、；：,.!?"), " ")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, and what it shows."""

    text: str
    role: Role
    answer: str
    feeling: str
    family: str
    """Lines of one wording and subject: left out together."""
    copied: bool = False
    """As it may be misheard, without marks."""

    @property
    def state(self) -> str:
        """How the matter stands by it; `-` where it says nothing."""
        return self.answer if self.answer in STATES else "-"

    @property
    def reason(self) -> str | None:
        """The intent it tells."""
        known = self.answer in (*STATES, "-") or self.answer.startswith("churn")
        return None if known else self.answer


def lines() -> list[Line]:
    """Return all lines, file by file."""
    return [line for path in sorted(FOLDER.glob("*.txt")) for line in _of(path)]


def _of(path: Path) -> Iterator[Line]:
    answer, family, speaker = "-", "", Role.CUSTOMER
    for text in path.read_text("utf-8").splitlines():
        if text.startswith("## "):
            named, family = (part.strip() for part in text[3:].split("|"))
            speaker = Role.AGENT if named.startswith("a ") else Role.CUSTOMER
            answer = named.removeprefix("a ").strip()
        elif text.strip():
            role = Role.AGENT if text.startswith("a ") else speaker
            said = text.removeprefix("a ")
            feeling = FELT.get(said[0], "neutral")
            said = said[1:] if said[0] in FELT else said
            yield Line(said.strip(), role, answer, feeling, f"{answer}|{family}")


def misheard(found: Sequence[Line]) -> list[Line]:
    """Return a copy of each longer Chinese line with some characters that sound the same.

    Always the same copies.
    """
    alike = _alike(found)
    return [
        replace(line, text=_changed(line.text, alike), copied=True)
        for line in found
        if sum(ord(c) in _HAN for c in line.text) > len(line.text) // 2
        and len(line.text) >= SHORTEST
    ]


def _alike(found: Sequence[Line]) -> Mapping[str, list[str]]:
    by_sound: dict[str, set[str]] = defaultdict(set)
    for char in {c for line in found for c in line.text if ord(c) in _HAN}:
        by_sound[sounds_of(char)[0]].add(char)
    return {sound: sorted(chars) for sound, chars in by_sound.items()}


def _changed(text: str, alike: Mapping[str, list[str]]) -> str:
    chance = random.Random(zlib.crc32(text.encode()))  # noqa: S311  (the same copy every time)
    said = []
    for char, sound in zip(text, sounds_of(text), strict=True):
        others = alike.get(sound, []) if ord(char) in _HAN else []
        wrong = chance.random() < MISHEARD and others
        said.append(chance.choice(others) if wrong else char)
    return " ".join("".join(said).translate(_MARKS).split())
