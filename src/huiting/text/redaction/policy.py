"""What becomes of each kind of entity, and what is written in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from huiting.core.meaning import Entity
from huiting.text.entities.kinds import tag_of
from huiting.text.redaction.fields import kind_of_field


class Action(StrEnum):
    """What becomes of an entity."""

    KEEP = "keep"
    MASK = "mask"
    """Each letter and digit becomes `*`."""
    PARTIAL = "partial"
    """138****8000: some of both ends stays; a third is hidden at least, of a short text half."""
    TAG = "tag"
    """[PHONE]"""
    HASH = "hash"
    """[PHONE:7f3a09c2d1]: the same value always gives the same mark, under the team's key."""


KEPT = frozenset(
    {
        "money", "percent", "discount", "date", "time", "duration", "quantity", "coupon",
        "product", "brand", "organization", "place", "hotline", "agent_id", "flight",
        "order_no", "order_last4", "tracking_no", "ticket_no",
    }
)  # fmt: skip
"""Kinds that stay unless a policy says otherwise: they point at no person by themselves.
Every other kind is private, the team's own ones too."""

_ENDS: Mapping[str, tuple[int, int]] = {
    "phone": (3, 4), "bank_card": (0, 4), "id_card": (0, 4), "email": (1, 0), "person": (1, 0),
    "address": (3, 0), "plate": (2, 0), "order_no": (0, 4), "tracking_no": (0, 4),
}  # fmt: skip
"""How much of both ends `partial` leaves, at most; one character of the rest."""
_SIZE = 5
"""Bytes of a mark: one in a million million pairs of values shares one."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What becomes of each kind."""

    kinds: Mapping[str, Action] = field(default_factory=dict)
    default: Action = Action.TAG
    """Of private kinds that `kinds` does not name."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Fields of the team's metadata that are private besides those known by their name, to their
    kind."""
    key: bytes = field(default=b"", repr=False)
    """Of the marks; without it phone numbers could be found by trying them all."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Of the team's own kinds."""

    def action(self, kind: str) -> Action:
        """Return what becomes of a kind."""
        return self.kinds.get(kind) or (Action.KEEP if kind in KEPT else self.default)

    def field_kind(self, name: str) -> str | None:
        """Return what a field of the metadata holds; None when it is not private."""
        return self.metadata.get(name) or kind_of_field(name)

    def written(self, entity: Entity) -> str:
        """Return what stands in place of an entity's text."""
        return self.mark(entity.kind, entity.text, entity.value)

    def mark(self, kind: str, text: str, value: str) -> str:
        """Return what stands in place of a text; the text itself for kinds that are kept.

        Args:
            kind: of the entity.
            text: as it stands there.
            value: normalized; of a number dictated in groups, the whole.
        """
        match self.action(kind):
            case Action.KEEP:
                return text
            case Action.MASK:
                return _masked(text, 0, 0)
            case Action.PARTIAL:
                part = _plain(text) != _plain(value) and _plain(text) in _plain(value)
                return _masked(text, *(0, 0) if part else _ENDS.get(kind, (1, 0)))
            case Action.HASH:
                digest = blake2b(value.encode(), key=self.key[:64], digest_size=_SIZE)
                return f"[{tag_of(kind, self.tags)}:{digest.hexdigest()}]"
        return f"[{tag_of(kind, self.tags)}]"


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _masked(text: str, head: int, tail: int) -> str:
    """Return the text with `*` for its letters and digits but for some at its ends."""
    letters = sum(c.isalnum() for c in text)
    while letters - head - tail < max(letters / 3, min(4, letters / 2)):
        head, tail = max(0, head - 1), (tail - 1 if head == 0 else tail)
    found, at = [], 0
    for c in text:
        hidden = c.isalnum() and head <= at < letters - tail
        at += c.isalnum()
        found.append("*" if hidden else c)
    return "".join(found)
