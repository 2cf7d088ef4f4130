"""After the customer was angry or sad: how soon and how the agent answered, what became of it.

Pure functions of what is said, be it segments of a call or lines of a dialogue. Whether it
softened is said only where the customer speaks again and the feeling is known then.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from huiting.core.curves import Spoken, feeling_of
from huiting.core.types import EmotionLabel, Role, Seconds, Share, Span

UPSET = frozenset({EmotionLabel.ANGRY, EmotionLabel.SAD})
SURE = 0.5
"""Score from which an emotion counts; one without a score does."""
LOOK = 3
"""Lines of the customer after the agent's answer in which it may soften."""
WITHIN = 60.0
"""Seconds after the outburst in which that is looked for."""
SOFTER = 0.15
"""Rise of valence, or fall of anger, from which a feeling has softened."""


class Answer(StrEnum):
    """How the agent answered; the first that applies."""

    APOLOGY = "apology"
    EMPATHY = "empathy"
    """Shows that the feeling was heard: 我理解您的心情."""
    ACTION = "action"
    """Says what is being done: 我马上帮您处理."""
    OTHER = "other"
    NONE = "none"
    """The agent said nothing more."""


_ANSWERS = {
    Answer.APOLOGY: re.compile(
        r"抱歉|对不起|對不起|不好意思|唔好意思|道歉|致歉|歉意|见谅|\bsorry\b|\bapologi[sz]e|apologies"
        r"|申し訳|すみません|ごめん|죄송|미안",
        re.IGNORECASE,
    ),
    Answer.EMPATHY: re.compile(
        r"(?:非常|很|特别|完全|能|可以)?理解(?:您|你|到)|(?:您|你)的心情|别着急|别急|别生气|消消气|换(?:作|成)?我也|"
        r"让您(?:久等|担心|费心|不愉快)|\bi (?:completely |totally |fully |do )?understand\b|\bfrustrat|"
        r"お気持ち|ご心配|ご不便|이해합니다|불편을",
        re.IGNORECASE,
    ),
    Answer.ACTION: re.compile(
        r"(?:帮|给|為|为)(?:您|你).{0,4}(?:查|办|处理|登记|退|换|核实|联系|反馈|申请|安排|催)|(?:马上|立即|立刻|尽快|现在就)"
        r"|\bi(?:'ll| will| am going to) |\blet me\b|いたします|確認します|처리해|확인해",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class CalmDown:
    """One time that the customer was angry or sad, and what followed."""

    label: EmotionLabel
    lines: tuple[int, ...]
    """Of the customer's turn, as places in what is said."""
    span: Span
    """From the first upset line to the last of the turn."""
    answer: Answer
    answered_by: int | None
    """The agent's first line after it began."""
    delay: Seconds | None
    """From its end to the agent's answer; negative when the agent cut in."""
    softened: bool | None
    """The feeling was better at some moment after the answer; None when that is not known."""
    after: Seconds | None
    """From its end to where it had softened."""
    better_by: Share | None
    """Greatest rise of valence, or fall of anger, in what followed."""


def after_upset(said: Sequence[Spoken]) -> tuple[CalmDown, ...]:
    """Return each time the customer was angry or sad, by start.

    Lines of the customer that follow each other without a word of the agent are one time.
    """
    return tuple(_followed(said, turn) for turn in _upset_turns(said))


def is_upset(line: Spoken) -> bool:
    """Tell whether a line sounds angry or sad, surely enough."""
    emotion = line.emotion
    if emotion is None or emotion.label not in UPSET:
        return False
    return emotion.score is None or emotion.score >= SURE


def _upset_turns(lines: Sequence[Spoken]) -> Iterator[list[int]]:
    """Yield the upset lines of each turn of the customer."""
    turn: list[int] = []
    for place, line in enumerate(lines):
        if line.role is Role.CUSTOMER and is_upset(line):
            turn.append(place)
        elif line.role is Role.AGENT and line.text and turn:
            yield turn
            turn = []
    if turn:
        yield turn


def _followed(lines: Sequence[Spoken], turn: Sequence[int]) -> CalmDown:
    label = max(
        (emotion.label for place in turn if (emotion := lines[place].emotion)),
        key=lambda one: one is EmotionLabel.ANGRY,
    )
    span = Span(lines[turn[0]].span.start, max(lines[place].span.end for place in turn))
    later = range(turn[-1] + 1, len(lines))
    answered = next((p for p in later if lines[p].role is Role.AGENT and lines[p].text), None)
    since = range(answered + 1, len(lines)) if answered is not None else range(0)
    better = [
        (lines[p].span.start, change, upset)
        for p in [p for p in since if lines[p].role is Role.CUSTOMER and lines[p].text][:LOOK]
        if lines[p].span.start - span.end <= WITHIN
        and (change := _change([lines[q] for q in turn], lines[p])) is not None
        for upset in [is_upset(lines[p])]
    ]
    soft = [start for start, change, upset in better if change >= SOFTER and not upset]
    return CalmDown(
        label=label,
        lines=tuple(turn),
        span=span,
        answer=Answer.NONE if answered is None else _answer(lines, answered),
        answered_by=answered,
        delay=None if answered is None else lines[answered].span.start - span.end,
        softened=bool(soft) if better else None,
        after=max(0.0, soft[0] - span.end) if soft else None,
        better_by=max((change for _, change, _ in better), default=None),
    )


def _answer(lines: Sequence[Spoken], place: int) -> Answer:
    """Return how the agent's turn that begins here answers."""
    said = []
    for line in lines[place:]:
        if line.role is Role.CUSTOMER and line.text:
            break
        if line.role is Role.AGENT:
            said.append(line.text)
    text = "".join(said)
    return next((kind for kind, words in _ANSWERS.items() if words.search(text)), Answer.OTHER)


def _change(before: Sequence[Spoken], after: Spoken) -> float | None:
    """Return by how much the feeling is better: the greater of valence gained and anger lost."""
    was, now = [feeling_of(line.emotion) for line in before], feeling_of(after.emotion)
    gains = []
    valences = [f.valence for f in was if f.valence is not None]
    if valences and now.valence is not None:
        gains.append(now.valence - min(valences))
    angers = [f.anger for f in was if f.anger is not None]
    if angers and now.anger is not None:
        gains.append(max(angers) - now.anger)
    return max(gains, default=None)
