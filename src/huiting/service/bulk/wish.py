"""What is to be done of all calls that a search finds, and who may."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, InputError
from huiting.service.recordings import Options
from huiting.service.rightful import check_settled
from huiting.store.browse import Sought

MOST = 100_000
"""Calls of one search."""


class Act(StrEnum):
    """What is done of each call."""

    REMOVE = "remove"
    """Into the bin."""
    RESTORE = "restore"
    """Out of the bin, what one removal put there."""
    JUDGE = "judge"
    """Judged again by the rules that are in force."""
    HEAR = "hear"
    """Recognized again, with other options."""
    ASSIGN = "assign"
    """To be looked at by whoever reviews."""


class Why(StrEnum):
    """Why it could not be done of a call."""

    HELD = "held"
    """On legal hold: it stays."""
    GONE = "gone"
    """No longer there, or not to be seen any more."""
    SILENT = "silent"
    """Its recording is not kept."""
    NOTHING = "nothing"
    """It is so already, or there is nothing to look at."""
    FAILED = "failed"
    """Rules could not be applied to it."""


NEEDED: Mapping[Act, Permission] = {
    Act.REMOVE: Permission.CALLS_DELETE,
    Act.RESTORE: Permission.CALLS_DELETE,
    Act.JUDGE: Permission.CALLS_WRITE,
    Act.HEAR: Permission.CALLS_WRITE,
    Act.ASSIGN: Permission.REVIEW,
}
"""What who asks must be permitted, when they ask and while it is done."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants done."""

    act: Act
    sought: Sought = field(default_factory=Sought)
    """Of which calls; for all but what brings calls back."""
    unredacted: bool = False
    """They are found by personal data, too."""
    reason: str = ""
    """Why they go into the bin."""
    options: Options = field(default_factory=Options)
    """How they are heard."""
    name: str = ""
    """Of the batch in which they are heard."""
    batch: str | None = None
    """In which they are heard."""
    of: str | None = None
    """Id of the removal that is undone."""


_wish = TypeAdapter(Wish)


def written(wish: Wish) -> str:
    """Return a wish as JSON."""
    return _wish.dump_json(wish).decode()


def read(text: str) -> Wish:
    """Return what `written` wrote.

    Raises:
        InputError: another version wrote it.
    """
    try:
        return _wish.validate_json(text)
    except ValidationError as error:
        raise InputError(
            "work on many calls", "from another version", "ask for it again"
        ) from error


def check_permitted(act: Act, principal: Principal) -> None:
    """Refuse who may not do this.

    Raises:
        Forbidden: they may not.
    """
    check_settled(principal)
    if not principal.may(NEEDED[act]):
        raise Forbidden(principal.name, f"may not do this ({NEEDED[act]})", "ask an administrator")
