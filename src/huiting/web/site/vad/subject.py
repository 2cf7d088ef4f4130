"""What the page of speech detection is about: a call, a file that was handed in, or nothing yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden
from huiting.core.types import Recording, Role
from huiting.service.views import View
from huiting.store.browse import NEWEST_FIRST, Listed, Sought
from huiting.web.parts import Parts

LATEST = 8
"""Calls that are offered."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A recording."""

    id: str
    """SHA-256 of its bytes."""
    name: str
    call: bool
    """It is a call; else it was handed in for its speech alone."""
    kept: bool
    """There are bytes to measure, or they were measured before."""
    audio: str | None = None
    """Our path of its sound; None where it cannot be played from here."""
    roles: Sequence[Role] = ()
    """By channel, where known."""


def call_of(call: str, principal: Principal, parts: Parts) -> Subject:
    """Return a call.

    Raises:
        UnknownCall: there is none that may be seen.
        Forbidden: calls may not be seen.
    """
    if not principal.may(Permission.CALLS_READ):
        raise Forbidden(principal.name, "may not see calls", "ask an administrator")
    seen = parts.reading.call(call, View(principal))
    recording, found = seen.analysis.call.recording, seen.call.id
    held = parts.listening.vault.has(found)
    played = held and principal.may(Permission.CALLS_AUDIO)
    return Subject(
        id=found,
        name=seen.call.name,
        call=True,
        kept=held or parts.listening.known(found),
        audio=f"/api/v1/calls/{found}/audio" if played else None,
        roles=_roles(recording),
    )


def file_of(recording: str, principal: Principal, parts: Parts) -> Subject:
    """Return a file that was handed in for its speech; a call that it is, too.

    Raises:
        Unknown: there is none that may be known of.
    """
    looked = parts.listening.look(recording, principal)
    return Subject(recording, looked.name or recording[:16], call=False, kept=True)


def latest(principal: Principal, parts: Parts) -> Sequence[Listed]:
    """Return the newest calls, for who may see calls."""
    if not principal.may(Permission.CALLS_READ):
        return ()
    return parts.reading.page(Sought(), NEWEST_FIRST, LATEST, None, View(principal)).entries


def _roles(recording: Recording) -> Sequence[Role]:
    return tuple(channel.role for channel in recording.channels)
