"""Who can be given something to review."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.access.permissions import Permission
from huiting.service.people.principals import of_user
from huiting.service.review.drawing import Reader
from huiting.web.parts import Parts


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who may review."""

    reader: Reader
    name: str


def reviewers(parts: Parts) -> Sequence[Reviewer]:
    """Return all who may review; nobody is known where nobody signs in."""
    if parts.access is None:
        return ()
    found = []
    for user in parts.access.accounts.all():
        principal = of_user(user)
        if principal.may(Permission.REVIEW) and not user.disabled:
            name = user.profile.shown or user.profile.name
            found.append(Reviewer(Reader(principal.person, principal.only), name))
    return found
