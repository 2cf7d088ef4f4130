"""When speech begins and ends, frame by frame: the decision of `_hysteresis` as it becomes certain.

Fed with all frames of a track it tells the regions that `speech_spans` finds in them, each at
the first frame from which nothing that follows can change it.
"""

from copy import copy
from dataclasses import dataclass

from huiting.core.ports import Going
from huiting.core.types import Span
from huiting.engines._hysteresis import Decision


@dataclass(slots=True)
class _Run:
    """A stretch that may be speech, in frames."""

    start: int
    stop: int
    """One past the last frame that counts; while it goes on, the frames so far."""
    peak: float
    speaking: bool = True


class Endpoints:
    """The regions of one track."""

    def __init__(self, decision: Decision, hop: float) -> None:
        """Await the first frame.

        Args:
            decision: when speech begins and ends.
            hop: seconds from one frame to the next.
        """
        self._decision = decision
        self._hop = hop
        self._frames = 0
        self._run: _Run | None = None
        self._kept: tuple[int, int] | None = None
        """The run before, when how far it is padded is not certain."""
        self._before: int | None = None
        """Where the last run ended that is told."""

    def push(self, probability: float) -> list[Span]:
        """Take the next frame; return the regions that are certain now."""
        self._hear(probability)
        found: list[Span] = []
        run, now = self._run, self._frames
        silent = 0.0 if run is None or run.speaking else (now - run.stop) * self._hop
        if run is not None and not run.speaking and silent >= self._decision.min_silence:
            self._run = None
            found += self._over(run)
        if self._kept is not None and self._run is None:
            stop = self._kept[1] * self._hop
            if now * self._hop >= stop + 2 * self._decision.pad:
                found.append(self._told(self._kept, stop + self._decision.pad))
        return found

    def finish(self, end: float) -> list[Span]:
        """Return the regions that end with the track, `end` seconds long."""
        found = self._over(self._run) if self._run is not None else []
        self._run = None
        if self._kept is not None:
            found.append(
                self._told(self._kept, min(self._kept[1] * self._hop + self._decision.pad, end))
            )
        return [span for span in found if span.duration > 0]

    def going(self, ahead: list[float]) -> Going | None:
        """Return what is spoken now.

        Args:
            ahead: the next frames, as they seem: they may still turn out to be less likely.
        """
        now = self._frames, copy(self._run), self._kept, self._before
        over = [span for probability in ahead for span in self.push(probability)]
        found = self._unfinished(over)
        self._frames, self._run, self._kept, self._before = now
        return found

    def _unfinished(self, over: list[Span]) -> Going | None:
        """Return what is not told yet as one stretch, but for `over`, which was told ahead."""
        runs, before = [], self._before
        sure = bool(over)
        if self._kept is not None:
            runs.append(self._so_far(*self._kept, before))
            sure, before = True, self._kept[1]
        if self._run is not None:
            runs.append(self._so_far(self._run.start, self._run.stop, before))
            sure = sure or self._believed(self._run)
        parts = [*over, *runs]
        return Going(Span(parts[0].start, parts[-1].end), sure) if parts else None

    def _so_far(self, start: int, stop: int, before: int | None) -> Span:
        """Return a run as the region that it is if nothing follows; a run ended at `before`."""
        end = min(stop * self._hop + self._decision.pad, self._frames * self._hop)
        return Span(self._left(start, before), end)

    def _hear(self, probability: float) -> None:
        run = self._run
        if run is None:
            if probability >= self._decision.onset:
                self._run = _Run(self._frames, self._frames + 1, probability)
        elif run.speaking:
            if probability < self._decision.offset:
                run.speaking = False
            else:
                run.stop, run.peak = self._frames + 1, max(run.peak, probability)
        elif probability >= self._decision.onset:
            run.stop, run.peak, run.speaking = self._frames + 1, max(run.peak, probability), True
        self._frames += 1

    def _over(self, run: _Run) -> list[Span]:
        """Take that a run has ended; return the region before it if that was not told."""
        if not self._believed(run):
            return []
        found: list[Span] = []
        if self._kept is not None:
            stop, after = self._kept[1] * self._hop, run.start * self._hop
            found = [self._told(self._kept, min(stop + self._decision.pad, (stop + after) / 2))]
        self._kept = (run.start, run.stop)
        return found

    def _believed(self, run: _Run) -> bool:
        length = (run.stop - run.start) * self._hop
        if length >= self._decision.min_unsure:
            return True
        return length >= self._decision.min_speech and run.peak >= self._decision.sure

    def _told(self, run: tuple[int, int], end: float) -> Span:
        """Return a run as a region that ends at `end`."""
        start = self._left(run[0], self._before)
        self._before, self._kept = run[1], None
        return Span(start, end)

    def _left(self, frame: int, before: int | None) -> float:
        """Return where a region begins whose run does at `frame`; a run ended at `before`."""
        start = frame * self._hop
        edge = 0.0 if before is None else (before * self._hop + start) / 2
        return max(start - self._decision.pad, edge)
