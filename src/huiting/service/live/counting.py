"""What is counted of live calls."""

from typing import Protocol


class Counting(Protocol):
    """Counts live calls. May be called from several threads."""

    def came(self, seconds: float, /) -> None:
        """Count audio that came."""
        ...

    def decoded(self, kind: str, seconds: float, /) -> None:
        """Count a `partial` or `final`, and how long after it was asked for it was told."""
        ...

    def first(self, seconds: float, /) -> None:
        """Count how long the first words of a call took, from when they were first asked for."""
        ...

    def live_ended(self, why: str, /) -> None:
        """Count a call that ended."""
        ...


class Uncounted:
    """Counts nothing."""

    def came(self, seconds: float, /) -> None:
        """Let it be."""

    def decoded(self, kind: str, seconds: float, /) -> None:
        """Let it be."""

    def first(self, seconds: float, /) -> None:
        """Let it be."""

    def live_ended(self, why: str, /) -> None:
        """Let it be."""
