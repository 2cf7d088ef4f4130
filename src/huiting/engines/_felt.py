"""What the words of a line show that is felt: listed cues and wording, as one.

Cues are sure of what they name and blind to all else; wording, read by heads that were
taught, sees what nobody listed and may take a cue for none (我不是来投诉的). Both are log odds,
up to two factors.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from huiting.core.reading import Reading
from huiting.core.types import EmotionLabel
from huiting.engines._lexicon import Found, evidence

BY_CUE = 6.0
"""Log odds of a cue that is always right. Lines written to mislead the list ask for 3, calls
for more: from 4 to 8 hardly anything changes in them (docs/models/meaning.md)."""
CALM = 0.3
"""Log odds for NEUTRAL, beside 0 of others for which no cue speaks."""
UNREAD = 0.01
"""Odds of what the heads were not taught: surprise, disgust."""
NAMED = 0.25
"""Odds below which words are said to show nothing."""


def felt(found: Sequence[Found], reading: Reading | None) -> Mapping[EmotionLabel, float]:
    """Return how sure the words make each emotion; empty where they show none.

    Args:
        found: cues in the line.
        reading: of its wording; None where nobody read it, and cues alone speak.
    """
    cues = evidence(found)
    if reading is None or not reading.feelings:
        return cues
    read = {**dict.fromkeys(cues, UNREAD), **reading.feelings}
    odds = {
        label: max(p, UNREAD / 10)
        * float(np.exp(BY_CUE * cues.get(label, 0.0) + CALM * (label is EmotionLabel.NEUTRAL)))
        for label, p in read.items()
    }
    total = sum(odds.values())
    return {
        label: value / total
        for label, value in odds.items()
        if label is not EmotionLabel.NEUTRAL and value / total >= NAMED
    }
