"""What people wrote about a call, without what is private in it.

They write what they heard: a name that the machine had misheard stands in their text and
nowhere in the analysis. So their texts are searched as if they were said in the call.
"""

from collections.abc import Sequence
from dataclasses import replace

from huiting.core.analysis import Analysis
from huiting.core.meaning import Meaning
from huiting.core.ports import MeaningStage
from huiting.core.types import Role, Segment, Span
from huiting.text.redaction.cover import covers_of
from huiting.text.redaction.policy import Policy


def veiled(
    texts: Sequence[str], original: Analysis, find: MeaningStage, policy: Policy
) -> list[str]:
    """Return texts with what is private covered.

    Args:
        texts: written about the call.
        original: the call, in which personal data has been looked for.
        find: looks for personal data.
        policy: what becomes of it.
    """
    said = [_segment(place, text) for place, text in enumerate(texts)]
    call = replace(original.call, segments=tuple(said), events=(), regions=())
    found = find(call, Meaning()).entities
    known = covers_of(original.call, original.meaning.entities, policy)
    own = covers_of(call, found, policy)
    return [known.unsaid(own.shown(place, text)) for place, text in enumerate(texts)]


def _segment(place: int, text: str) -> Segment:
    return Segment(0, None, Role.UNKNOWN, Span(place, place + 1), text, text)
