"""Which files have come to rest: a file that still grows must not be taken.

No sign within a file says that it is whole. It counts as whole when its size and mark
have stayed the same from one look to another at least `quiet` seconds later, by our own
clock: the clocks of file servers are often wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from huiting.intake.place import Found

MOST = 200_000
"""Files remembered at once; further ones wait for their turn."""
EMPTY = 10.0
"""Times as long that an empty file is waited for: copying often begins with one."""


@dataclass(slots=True)
class Settling:
    """Remembers what the last looks at a place have shown."""

    quiet: float
    """Seconds."""
    _seen: dict[str, tuple[Found, float]] = field(default_factory=dict)

    def look(self, found: Iterable[Found], now: float) -> list[Found]:
        """Return the files that have come to rest, by name.

        Args:
            found: all files that are there now; those that are not are forgotten.
            now: seconds of a clock that never jumps.
        """
        before, self._seen = self._seen, {}
        rested = []
        for file in found:
            if len(self._seen) >= MOST:
                break
            known, since = before.get(file.name, (file, now))
            if known != file:
                since = now
            self._seen[file.name] = (file, since)
            wait = self.quiet if file.size else EMPTY * self.quiet
            if file.name in before and now - since >= wait:
                rested.append(file)
        return sorted(rested, key=lambda file: file.name)
