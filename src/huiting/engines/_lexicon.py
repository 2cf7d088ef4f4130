"""What people say when they feel something: cues in the words, negation taken into account.

Reads `emotion_words.toml`; knows nothing of how it sounds. Text is compared without regard
to width, case and script, so `投訴`, `投诉` and `ＡＮＧＲＹ` are found however they are written.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import opencc

from huiting.core.types import EmotionLabel, Role

LIST = Path(__file__).parent / "emotion_words.toml"
NOTHING = "NONE"
"""Label of words that are no cue, and hide the cues inside them."""
DEFAULT_STRENGTH = 0.7
STRONGER, LOUDER = 0.6, 0.85
"""What is left of the doubt after an intensifier, after an exclamation mark."""

_LINKS = (
    r"(?:是|想|要|打算|会|用|需要|太|很|怎么|再|在|去|来|有|人|我|能|敢|必|那么|什么|可|多|系|使)"
)
_BEFORE = re.compile(
    r"(?:不|没|没有|别|并非|非|未|勿|莫|甭|无|唔|冇|咪|毋)" + _LINKS + r"{0,3}$"
    r"|\b(?:not|never|no|without|n't|don't|doesn't|didn't|isn't|aren't|wasn't|won't|can't|cannot)"
    r"(?:\s+[a-z']+){0,2}\s+$"
    r"|(?:\b|\s)(?:안|못)\s*$"
)
"""What negates a cue that follows."""
_DOUBLE = re.compile(r"(?:能|可|岂|难道|怎么能|怎么会|哪能)(?:不|没|没有)" + _LINKS + r"{0,3}$")
"""A negation that is a question, and affirms."""
_AFTER = re.compile(
    r"^(?:[ぁ-ん]{0,4}?(?:ない|ません|なく|ず|ぬ)(?!か|と思|で[しす]ょ)"
    r"|[가-힣]{0,3}\s*지\s*(?:않|마|말|못)|\s*(?:이|가)?\s*(?:아니|없))"
)
"""What negates a cue that came before, in Japanese and Korean."""
_INTENSE = re.compile(
    r"(?:太|很|非常|特别|特別|超|超级|实在|极|极其|简直|真|真的|真是|相当|十分|好|so|very|really|extremely|"
    r"too|totally|absolutely|本当に|とても|すごく|너무|정말|진짜|아주)\s*$"
)
_UTTERLY = re.compile(r"^(?:死了|极了|透了|透顶|得很|得不行|得要命|到爆|坏了)")
_CLAUSE = re.compile(r"[,，。.!！?？;；、…\n]")
_MATTER_OF_JAPANESE = re.compile(r"[ぁ-んァ-ヶ가-힣]")


@dataclass(frozen=True, slots=True)
class Cue:
    """A word in the list."""

    word: str
    """Folded."""
    emotion: EmotionLabel | None
    """None: no cue, whatever it holds."""
    strength: float
    """How often the emotion is right when this is said, in (0, 1)."""
    who: Role | None
    """Of whom it tells something; None: of everyone."""


@dataclass(frozen=True, slots=True)
class Found:
    """A cue in a text."""

    emotion: EmotionLabel
    strength: float
    text: str
    """As it stands there."""


class Lexicon:
    """A list of cues, looked up by their first character."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._by_first: dict[str, list[Cue]] = {}
        for cue in sorted(cues, key=lambda cue: -len(cue.word)):
            self._by_first.setdefault(cue.word[0], []).append(cue)

    def found(self, text: str, role: Role = Role.UNKNOWN) -> tuple[Found, ...]:
        """Return the cues of a text, in order; those that are negated are left out.

        Args:
            text: of one segment, in any of the languages.
            role: who says it; who is unknown is taken for a customer.
        """
        folded, places = _folded(text)
        speaker = Role.AGENT if role is Role.AGENT else Role.CUSTOMER
        return tuple(
            Found(
                cue.emotion,
                _strength(cue, folded, start),
                text[places[start] : places[start + len(cue.word) - 1] + 1],
            )
            for start, cue in self._matches(folded, speaker)
            if cue.emotion is not None and not _negated(folded, start, start + len(cue.word))
        )

    def _matches(self, folded: str, speaker: Role) -> Iterator[tuple[int, Cue]]:
        """Yield the longest cue at each place, from the left, without overlap."""
        at = 0
        while at < len(folded):
            cue = self._at(folded, at, speaker)
            if cue is None:
                at += 1
            else:
                yield at, cue
                at += len(cue.word)

    def _at(self, folded: str, at: int, speaker: Role) -> Cue | None:
        for cue in self._by_first.get(folded[at], ()):
            if (
                folded.startswith(cue.word, at)
                and cue.who in {None, speaker}
                and _whole(folded, at, at + len(cue.word))
            ):
                return cue
        return None


def evidence(found: Sequence[Found]) -> Mapping[EmotionLabel, float]:
    """Return for each emotion how sure the cues make it; several add up, none reaches 1."""
    doubt: dict[EmotionLabel, float] = {}
    for cue in found:
        doubt[cue.emotion] = doubt.get(cue.emotion, 1.0) * (1 - cue.strength)
    return {emotion: 1 - left for emotion, left in doubt.items()}


@cache
def lexicon() -> Lexicon:
    """Return the list that comes with Huiting."""
    return Lexicon(read(LIST))


def read(path: Path) -> list[Cue]:
    """Return the cues of a list; the first group that has a word for somebody wins.

    Raises:
        ValueError: a group names no emotion that there is.
    """
    cues: dict[tuple[str, Role | None], Cue] = {}
    for group in tomllib.loads(path.read_text("utf-8"))["group"]:
        emotion = None if group["emotion"] == NOTHING else EmotionLabel(group["emotion"])
        who = Role(group["who"]) if "who" in group else None
        for word in group["words"]:
            form = folded(word)
            cue = Cue(form, emotion, group.get("strength", DEFAULT_STRENGTH), who)
            cues.setdefault((form, who), cue)
    return list(cues.values())


def folded(text: str) -> str:
    """Return the text without regard to width, case and script; it may be longer."""
    return _folded(text)[0]


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the text folded character by character, and where each one came from."""
    pieces = [_fold(char) for char in text]
    return "".join(pieces), [i for i, piece in enumerate(pieces) for _ in piece]


@cache  # at most one entry a character of Unicode
def _fold(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char).casefold()
    simple: str = _simplified().convert(folded)
    return "'" if simple in "’‘`" else simple


@cache
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _whole(folded: str, start: int, end: int) -> bool:
    """Tell whether a match is no part of a longer word in Latin letters or digits."""
    before = folded[start - 1] if start else " "
    after = folded[end] if end < len(folded) else " "
    return not (_latin(folded[start]) and _latin(before)) and not (
        _latin(folded[end - 1]) and _latin(after)
    )


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _clause(folded: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a cue in its own clause."""
    return _CLAUSE.split(folded[:start])[-1], _CLAUSE.split(folded[end:])[0]


def _negated(folded: str, start: int, end: int) -> bool:
    before, after = _clause(folded, start, end)
    if _BEFORE.search(before) and not _DOUBLE.search(before):
        return True
    inflected = _MATTER_OF_JAPANESE.search(folded[start:end]) is not None
    return inflected and _AFTER.search(after) is not None


def _strength(cue: Cue, folded: str, start: int) -> float:
    end = start + len(cue.word)
    before, after = _clause(folded, start, end)
    doubt = 1 - cue.strength
    if _INTENSE.search(before) or _UTTERLY.search(after):
        doubt *= STRONGER
    if folded[end + len(after) :].startswith("!"):
        doubt *= LOUDER
    return 1 - doubt
