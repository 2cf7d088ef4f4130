"""Who took the process down: tasks are suspected together and condemned alone.

Several tasks run when a process dies, and of each crash all but one of them are innocent. So
those that may have done it are run again one at a time, and the steps of native code that
were under way are taken one by one. A step that takes the process down by itself twice is
skipped from then on; a task that does so twice without such a step is given up. Pure: knows
no process and no clock.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

TRIES = 2
"""Times a task is tried alone, and a step by itself, before it is condemned."""
MOST_CRASHES = 8
"""Of one task, whatever was found meanwhile: a few bad steps are left out, not hundreds."""
MOST_KILLS = 10
"""Times a task was running when somebody ended the process; then it ends too."""
REMEMBERED = 1_000
"""Condemned steps that are kept in mind."""


@dataclass(slots=True)
class Record:
    """What is held against a task."""

    suspect: bool = False
    """It may have taken the process down, so it runs alone."""
    crashes: int = 0
    """Times it may have."""
    alone: int = 0
    """Times it did, alone, and no step was condemned since."""
    kills: int = 0
    """Times somebody ended the process while it ran."""

    @property
    def condemned(self) -> bool:
        """It is not to be run again."""
        return (
            self.alone >= TRIES or self.crashes >= MOST_CRASHES or self.kills >= MOST_KILLS
        )  # fmt: skip


@dataclass(slots=True)
class Blame:
    """What is held against steps: by key, whatever task they belong to."""

    _strikes: dict[bytes, int] = field(default_factory=dict)
    """Of each suspected step: how often it took the process down by itself."""
    _skipped: dict[bytes, None] = field(default_factory=dict)

    @property
    def apart(self) -> tuple[bytes, ...]:
        """Steps to be taken one by one."""
        return tuple(self._strikes)

    @property
    def skipped(self) -> tuple[bytes, ...]:
        """Steps not to be taken."""
        return tuple(self._skipped)

    def died(
        self, suspects: Sequence[Record], steps: Collection[bytes], *, running: int
    ) -> None:  # fmt: skip
        """Take note that the process died, or hung and was ended.

        Args:
            suspects: the tasks that may be to blame.
            steps: what was under way in native code that may be to blame.
            running: how many tasks were running, suspects or not.
        """
        for record in suspects:
            record.crashes += 1
        alone = suspects[0] if running == 1 and suspects else None
        for step in steps:
            self._strikes.setdefault(step, 0)
        if alone is not None and len(steps) <= 1:
            if alone.suspect:  # the first time it was alone by chance
                alone.alone += 1
            for step in steps:
                self._strike(step, alone)
        for record in suspects:
            record.suspect = True

    def _strike(self, step: bytes, record: Record) -> None:
        self._strikes[step] += 1
        if self._strikes[step] < TRIES:
            return
        del self._strikes[step]
        self._skipped[step] = None
        while len(self._skipped) > REMEMBERED:
            del self._skipped[next(iter(self._skipped))]
        record.alone = 0

    def passed(self, steps: Collection[bytes]) -> None:
        """Take note that native code came back from these steps."""
        if len(steps) == 1:
            for step in steps:
                self._strikes.pop(step, None)

    def settle(self) -> None:
        """Forget suspicions of steps; called when no task is suspected any more."""
        self._strikes.clear()


def killed(records: Sequence[Record]) -> None:
    """Take note that somebody ended the process: nobody's fault, but it must not go on forever."""
    for record in records:
        record.kills += 1


@dataclass(slots=True)
class Groups:
    """What is under way in native code."""

    _steps: dict[int, tuple[bytes, ...]] = field(default_factory=dict)

    def enter(self, group: int, steps: tuple[bytes, ...]) -> None:
        """Take note that these steps are being taken."""
        self._steps[group] = steps

    def leave(self, group: int) -> tuple[bytes, ...]:
        """Take note that they were; return them."""
        return self._steps.pop(group, ())

    @property
    def under_way(self) -> tuple[bytes, ...]:
        """All of them, each once."""
        found: Mapping[bytes, None] = {s: None for steps in self._steps.values() for s in steps}
        return tuple(found)
