"""How many may speak at once: the calls that run, and connections that may begin one any moment."""

from collections.abc import Collection
from dataclasses import dataclass

from huiting.core.errors import TooMany
from huiting.service.live.limits import Limits

WAIT = 10.0
"""Seconds to wait where there are too many."""


@dataclass(slots=True, eq=False)
class Seat:
    """The place of a connection over which stretches of audio follow each other."""

    person: str
    """`Principal.person`."""
    call: str | None = None
    """That it speaks in now, or has spoken in: while that one runs, both count as one."""


class Seats:
    """The places that are taken. The caller locks; only `leave` may come at any time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken: set[Seat] = set()

    def take(self, person: str, running: Collection[tuple[str, str]]) -> Seat:
        """Take a place.

        Args:
            person: who takes it.
            running: the calls that run: the id of each, and whose it is.

        Raises:
            TooMany: there is none.
        """
        self.check(person, running)
        seat = Seat(person)
        self._taken.add(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        """Give a place back; calling it again does nothing."""
        self._taken.discard(seat)

    def check(
        self, person: str, running: Collection[tuple[str, str]], seat: Seat | None = None
    ) -> None:
        """Refuse a call where as many speak as may.

        Args:
            person: who wants to speak.
            running: the calls that run: the id of each, and whose it is.
            seat: that they have already.

        Raises:
            TooMany: as many do.
        """
        calls = {call for call, _ in running}
        speaking = [whose for call, whose in running if seat is None or call != seat.call]
        speaking += [s.person for s in tuple(self._taken) if s is not seat and s.call not in calls]
        if len(speaking) >= self._limits.calls:
            raise TooMany(
                "live calls", f"{len(speaking)} run", "wait, or raise live_calls", WAIT
            )  # fmt: skip
        mine = speaking.count(person)
        if mine >= self._limits.own:
            raise TooMany(
                "live calls of this user", f"{mine} run", "end one, or raise live_calls_per_user",
                WAIT,
            )  # fmt: skip
