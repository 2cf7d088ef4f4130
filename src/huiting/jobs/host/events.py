"""What a supervisor is told."""

from dataclasses import dataclass
from typing import Protocol

from huiting.jobs.host.messages import ToChild, ToHost
from huiting.jobs.host.ticket import Ticket

MOST = 1_000
"""Events that wait for the supervisor; who has more waits too."""


class Child(Protocol):
    """A process that runs tasks; see `process.Process`."""

    @property
    def number(self) -> int:
        """Its process id."""
        ...

    def send(self, message: ToChild, /) -> None:
        """Let it know."""
        ...

    def kill(self) -> None:
        """End it now."""
        ...

    def wait(self) -> int:
        """Return its exit status."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants a task run; without one, that the models are loaded."""

    ticket: Ticket
    only_load: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Nobody wants it any more."""

    ticket: Ticket


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A child said something; None when it is gone."""

    child: Child
    message: ToHost | None


@dataclass(frozen=True, slots=True)
class Closing:
    """It is over."""


Event = Asked | Withdrawn | Told | Closing
