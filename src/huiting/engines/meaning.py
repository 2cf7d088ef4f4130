"""What the wording of a line shows: why somebody calls, feelings, how a matter stands.

A `Reader`: linear heads on the sentence vector of `engines.e5` and on letters, taught with
sentences of our own. Joins nothing with lists of words: those who ask do. Its card is
docs/models/meaning.md.
"""

from collections.abc import Sequence
from pathlib import Path

from huiting.core.meaning import OutcomeKind
from huiting.core.ports import Embedder
from huiting.core.reading import Reading
from huiting.core.types import EmotionLabel, Role
from huiting.engines import e5
from huiting.engines._wording import Heads, load

WEIGHTS = Path(__file__).parent / "meaning.npz"
LONGEST = 80
"""Characters of a line that are read; those of languages with spaces are smaller."""
LONGEST_SPACED = 160
NOTHING = "-"
"""Answer that says nothing."""
REASON, FEELING, LEAVING = "reason", "feeling", "leaving"
STATES = {Role.AGENT: "agent_state", Role.CUSTOMER: "customer_state"}
"""Head by who speaks: the same words mean another thing."""
GRIEVED = ("angry", "disappointed")
FELT = {
    "neutral": EmotionLabel.NEUTRAL,
    "angry": EmotionLabel.ANGRY,
    "disappointed": EmotionLabel.SAD,
    "sad": EmotionLabel.SAD,
    "anxious": EmotionLabel.FEARFUL,
    "happy": EmotionLabel.HAPPY,
}


def build(*, weights: Path | None = None) -> "Meanings":
    """Load the heads and the network below them.

    Args:
        weights: made by tools/train_meaning.py; None for those that come with Huiting.

    Raises:
        ModelUnavailable: the weights are missing, or this machine cannot run the network.
    """
    return Meanings(load(weights or WEIGHTS), e5.build())


class Meanings:
    """A `Reader`."""

    def __init__(self, heads: Heads, embedder: Embedder) -> None:
        self._heads = heads
        self._embedder = embedder

    def read(self, texts: Sequence[str], role: Role, /) -> Sequence[Reading]:
        """Return what each line shows when this role says it; who is unknown is a customer."""
        if not texts:
            return []
        seen = self._heads.seen(texts, self._embedder.embed([shown(text) for text in texts]))
        speaker = Role.AGENT if role is Role.AGENT else Role.CUSTOMER
        felt = [FEELING, LEAVING] if speaker is Role.CUSTOMER else []
        asked = [REASON, STATES[speaker], *felt]
        chances = {name: self._heads.heads[name].chances(seen) for name in asked}
        return [
            _reading(
                {
                    name: dict(
                        zip(self._heads.heads[name].answers, map(float, rows[n]), strict=True)
                    )
                    for name, rows in chances.items()
                },
                STATES[speaker],
            )
            for n in range(len(texts))
        ]


def shown(text: str) -> str:
    """Return the part of a line that is read."""
    return text[: LONGEST_SPACED if text.isascii() else LONGEST]


def _reading(odds: dict[str, dict[str, float]], state: str) -> Reading:
    felt: dict[EmotionLabel, float] = {}
    for name, p in odds.get(FEELING, {}).items():
        felt[FELT[name]] = felt.get(FELT[name], 0.0) + p
    return Reading(
        reasons=odds[REASON],
        feelings=felt,
        complains=min(1.0, sum(odds.get(FEELING, {}).get(name, 0.0) for name in GRIEVED)),
        states={OutcomeKind(name): p for name, p in odds[state].items() if name != NOTHING},
        leaves=odds.get(LEAVING, {}).get("leaves", 0.0),
    )
