"""How a segment sounds and what is said in it, as one emotion. An `EmotionTagger`.

Our own small classifier on what Whisper's base encoder heard and on prosody, relative to the
same voice where it is calm, joined with what is said: a lexicon, and how it is worded. Little speech names nothing by its sound. Its card is docs/models/emotion.md.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import ModelUnavailable
from huiting.core.ports import States
from huiting.core.reading import Reader, Reading
from huiting.core.types import Audio, Emotion, EmotionLabel, EmotionSource, Role, Segment
from huiting.engines import meaning
from huiting.engines._emotion_heads import CALM, Heads, load
from huiting.engines._felt import felt
from huiting.engines._lexicon import Found, Lexicon, lexicon
from huiting.engines._prosody import prosody, spoken

log = logging.getLogger(__name__)

WEIGHTS = Path(__file__).parent / "emotion.npz"
FEATURES = 512
"""Of an encoder state; another encoder's states are not listened to."""
LONGEST = 20.0
"""Seconds of a stretch that are listened to; what is felt shows before."""
SHORTEST = 0.4
"""Seconds below which a voice says nothing."""
BRIEF = 1.0
"""Seconds of speech below which a voice alone names nothing, and counts the less."""
TELLING = 3
"""Letters from which wording is read."""
UNSURE = 0.45
"""Score below which an emotion is not named."""
NEEDED: Mapping[EmotionLabel, float] = {
    EmotionLabel.ANGRY: 0.5,
    EmotionLabel.DISGUSTED: 0.75,
    EmotionLabel.FEARFUL: 0.65,
    EmotionLabel.HAPPY: 0.5,
    EmotionLabel.SAD: 0.5,
}
"""Score that a voice needs where no words say so: the rarer in calls, the higher."""
WORD = 0.6
"""Evidence of words from which they can decide; what is weaker needs the voice."""
SHARE = 0.9
"""Say of the words, at most, where they are sure."""
NOTABLE = 0.01
"""Odds that are kept."""
LABELS = {"BORED": EmotionLabel.NEUTRAL}
"""Classes that are no label: who is bored is not upset."""
USUAL: Mapping[str, float] = {
    "DISGUSTED": 0.2,
    "FEARFUL": 0.4,
    "HAPPY": 0.7,
    "SAD": 0.7,
}
"""How likely a class is in a call, against the corpus, where all are: less, where it is named."""
FEELING: Mapping[EmotionLabel, tuple[float, float]] = {
    EmotionLabel.ANGRY: (0.8, -0.7),
    EmotionLabel.DISGUSTED: (0.3, -0.6),
    EmotionLabel.FEARFUL: (0.6, -0.6),
    EmotionLabel.HAPPY: (0.6, 0.8),
    EmotionLabel.NEUTRAL: (-0.2, 0.0),
    EmotionLabel.SAD: (-0.4, -0.6),
    EmotionLabel.SURPRISED: (0.7, 0.1),
}
"""Arousal and valence of each label, on the circle of affect (Russell 1980)."""
CALM_CALL, CALM_HALF = 4.0, 4.0
"""How much more usual calm is in a long call than in the corpus, where seven sentences in ten
are emotional; and how many further segments make half of it. Of a lone segment nothing is known."""

Odds = dict[EmotionLabel, float]


def build(*, weights: Path | None = None) -> "Emotions":
    """Load the classifier.

    Args:
        weights: made by tools/train_emotion.py; None for those that come with Huiting.

    Raises:
        ModelUnavailable: the weights are missing, or are none.
    """
    path = weights or WEIGHTS
    heads = load(path)
    if heads.features != FEATURES:
        raise ModelUnavailable(
            str(path),
            f"made for {heads.features} features, not {FEATURES}",
            "reinstall huiting",
        )
    return Emotions(heads, lexicon(), _reader())


def _reader() -> Reader | None:
    """Return what reads wording; None on a machine that cannot: cues still work."""
    try:
        return meaning.build()
    except ModelUnavailable as error:
        log.warning("no model of meaning", extra={"code": error.code})
        return None


class Emotions:
    """An `EmotionTagger`. May be called from several threads."""

    def __init__(self, heads: Heads, words: Lexicon, reader: Reader | None = None) -> None:
        self._heads = heads
        self._words = words
        self._reader = reader

    def listen(self, clip: Audio, states: States | None, /) -> NDArray[np.float32]:
        """Return what a stretch of speech sounds like; zeros where there is no voice in it."""
        if clip.duration < SHORTEST:
            return self._heads.impression(None, None, 0.0)
        head = Audio(clip.samples[: round(LONGEST * clip.rate)], clip.rate)
        heard = None
        if states is not None and states.values.shape[1:] == (FEATURES,):
            heard = states.values[: round(LONGEST / states.step)]
        values = prosody(head)
        said = 0.0 if values is None else spoken(values, head.duration)
        return self._heads.impression(heard, values, said)

    def judge(
        self, segments: Sequence[Segment], impressions: Sequence[NDArray[np.float32]], /
    ) -> Sequence[Emotion]:
        """Return the emotion of each segment of one voice in one call, in order."""
        return [
            joined(
                None if row is None else self._labelled(row, float(kept[0]), len(segments)),
                self._words.found(segment.text, segment.role),
                brief=float(kept[0]) < BRIEF,
                read=(segment.text, reading) if reading is not None else None,
            )
            for segment, kept, row, reading in zip(
                segments,
                impressions,
                self._heads.odds(impressions),
                self._read(segments),
                strict=True,
            )
        ]

    def _read(self, segments: Sequence[Segment]) -> list[Reading | None]:
        """Return what the wording of each segment shows; None where it is not read."""
        found: list[Reading | None] = [None] * len(segments)
        asked = [n for n, segment in enumerate(segments) if _tells(segment)]
        if self._reader is not None and asked:
            texts = [segments[n].text for n in asked]
            for n, reading in zip(asked, self._reader.read(texts, Role.CUSTOMER), strict=True):
                found[n] = reading
        return found

    def _labelled(self, row: NDArray[np.float32], spoken: float, count: int) -> Odds:
        """Return the odds of the labels; the less is spoken, the less they differ."""
        return labelled(self._heads.classes, row ** min(1.0, spoken / BRIEF), count)


def _tells(segment: Segment) -> bool:
    """Tell whether what is felt shows in the wording: agents say what they are told to say."""
    customer = segment.role in {Role.CUSTOMER, Role.UNKNOWN}
    return customer and sum(c.isalpha() for c in segment.text) >= TELLING


def usual(label: str, count: int) -> float:
    """Return how usual a class is in a voice of `count` segments, against the corpus."""
    if label in CALM:
        return 1.0 + CALM_CALL * (count - 1) / (count - 1 + CALM_HALF)
    return USUAL.get(label, 1.0)


def labelled(classes: Sequence[str], row: NDArray[np.float32], count: int) -> Odds:
    """Return the odds of the labels that the classes stand for, some more usual than others.

    Args:
        classes: of the classifier.
        row: odds of each, shape (classes,).
        count: segments of the voice.
    """
    odds: Odds = {}
    for name, p in zip(classes, row, strict=True):
        label = LABELS.get(name) or EmotionLabel(name)
        odds[label] = odds.get(label, 0.0) + float(p) * usual(name, count)
    total = sum(odds.values())
    return {label: p / total for label, p in odds.items()}


def joined(
    voice: Odds | None,
    found: Sequence[Found],
    *,
    brief: bool = False,
    read: tuple[str, Reading] | None = None,
) -> Emotion:
    """Return the emotion that voice and words show together.

    The surer the words, the more they count; where they leave a choice the voice makes it.

    Args:
        voice: odds of its sound; None where nothing is voiced.
        found: cues in its words.
        brief: too little is spoken for the voice to name anything by itself.
        read: the text, and what its wording shows; None where nobody read it.
    """
    said = felt(found, read[1] if read is not None else None)
    if voice is None and not said:
        return Emotion(EmotionLabel.UNKNOWN)
    odds = voice or {EmotionLabel.NEUTRAL: 1.0}
    sure = max(said.values(), default=0.0)
    share = SHARE * (sure if sure >= WORD or voice is None else sure / 3)
    if said:
        spoken = {label: p**2 * (0.3 + odds.get(label, 0.0)) for label, p in said.items()}
        total = sum(spoken.values())
        odds = {
            label: (1 - share) * odds.get(label, 0.0) + share * spoken.get(label, 0.0) / total
            for label in EmotionLabel
            if label in odds or label in spoken
        }
    label = max(odds, key=lambda one: odds[one])
    counted = tuple(dict.fromkeys(cue.text for cue in found))
    if not counted and said and read is not None:
        counted = (read[0],)
    sources = [EmotionSource.VOICE] if voice is not None else []
    sources += [EmotionSource.WORDS] if counted else []
    needed = UNSURE if label in said else NEEDED.get(label, UNSURE)
    known = odds[label] >= needed and (label in said or not brief)
    return Emotion(
        label=label if known else EmotionLabel.UNKNOWN,
        score=min(1.0, odds[label]) if known else None,
        arousal=sum(FEELING[one][0] * p for one, p in odds.items()),
        valence=sum(FEELING[one][1] * p for one, p in odds.items()),
        odds={one: p for one, p in sorted(odds.items(), key=lambda o: -o[1]) if p >= NOTABLE},
        sources=tuple(sources),
        words=counted,
    )
