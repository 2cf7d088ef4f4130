"""Stage timing and progress, as a context manager around each stage."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from huiting.core.errors import HuitingError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the work on one recording stands."""

    stage: str
    done: float
    """Share of the stage, in [0, 1]."""


def _ignore(_progress: Progress) -> None:
    pass


@dataclass(slots=True)
class Watch:
    """Times each stage of one recording and tells a listener where it stands."""

    listen: Callable[[Progress], None] = _ignore
    clock: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)
    """Time spent by stage, added up."""
    stage: str = ""
    problems: list[HuitingError] = field(default_factory=list)
    """What went wrong and did not stop the work."""

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time what runs inside as `stage`; an error that passes gets a note naming it."""
        began = self.clock()
        outer, self.stage = self.stage, stage
        self.listen(Progress(stage, 0.0))
        try:
            yield
        except Exception as error:
            error.add_note(f"in stage {stage}")
            raise
        finally:
            taken = self.clock() - began
            self.seconds[stage] = self.seconds.get(stage, 0.0) + taken
            self.stage = outer
            log.debug("stage ended", extra={"stage": stage, "seconds": taken})

    def advance(self, done: float) -> None:
        """Say that the share `done` of the current stage is over."""
        self.listen(Progress(self.stage, min(1.0, max(0.0, done))))
