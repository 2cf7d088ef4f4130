"""The times a customer was upset in a dialogue, and whether each softened; see `core.calming`."""

from huiting.core.calming import CalmDown, after_upset
from huiting.core.dialogue import Dialogue


def calm_downs(dialogue: Dialogue) -> tuple[CalmDown, ...]:
    """Return each time the customer was angry or sad, by start."""
    return after_upset(dialogue.lines)


def softened(dialogue: Dialogue) -> tuple[bool, ...]:
    """Return of each time the customer was angry or sad whether it softened, where known."""
    return tuple(c.softened for c in calm_downs(dialogue) if c.softened is not None)
