"""Somebody who is known: what they may do, and which calls they may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from huiting.access.permissions import Permission, UserRole


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a program that has shown who it is."""

    id: str
    """`user:12` or `token:7`; what the audit log keeps."""
    name: str
    role: UserRole
    permissions: frozenset[Permission]
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Metadata entries that a call must have, each one of these values, to be seen:
    `{"team": {"A", "B"}}`; empty for all calls."""
    language: str | None = None
    """`zh` or `en`, where the person has chosen."""
    user: int | None = None
    """Number of the person, or of the token's owner; None where nobody signs in."""
    session: int | None = None
    """Number of the session, for whoever signed in with a browser."""
    must_change_password: bool = False
    """Signed in with a password made by somebody else: may do nothing before it is changed."""

    @property
    def person(self) -> str:
        """Who it is, whichever token of theirs they use: what must be done by two people asks."""
        return self.id if self.user is None else f"user:{self.user}"

    def may(self, permission: Permission) -> bool:
        """Tell whether this is permitted."""
        return permission in self.permissions

    def at(self, address: str) -> "Actor":
        """Return who this is for the audit log."""
        return Actor(self.id, self.name, address)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as the audit log says it."""

    id: str
    name: str
    address: str = ""


MACHINE = Actor("machine", "huiting")
"""The program by itself, or who runs it on this machine."""
