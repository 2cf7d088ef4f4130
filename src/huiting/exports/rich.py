"""The rich transcript: each segment with its tags, each event, on a line with time and role.

For programs: `read` gives back what was written. For people there is `reader`.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from huiting.core.analysis import Analysis
from huiting.core.errors import InputError
from huiting.core.judgement import Judgement
from huiting.core.meaning import Entity
from huiting.core.timeline import timeline
from huiting.core.types import Event, Span
from huiting.exports._rich_lines import RichSegment, line_of, read_line, rich_segment

_HEAD = "# huiting rich 1"


def build() -> "Rich":
    """Return the exporter."""
    return Rich()


@dataclass(frozen=True, slots=True)
class Rich:
    """An `Exporter`."""

    media_type: str = "text/plain"
    suffix: str = ".rich.txt"

    def write(self, analysis: Analysis, _judgement: Judgement | None = None, /) -> bytes:
        """Return the transcript, UTF-8, with a line that names the format first."""
        lines = [_HEAD, *map(line_of, items(analysis))]
        return ("\n".join(lines) + "\n").encode(errors="backslashreplace")


def items(analysis: Analysis) -> list[RichSegment | Event]:
    """Return segments and events by start; of those that start together events first."""
    entities: dict[int, list[Entity]] = defaultdict(list)
    for entity in analysis.meaning.entities:
        entities[entity.segment].append(entity)
    call = analysis.call
    events = timeline(call.events, lambda event: event.span)
    segments = (
        rich_segment(segment, events.over(segment.span), entities[place])
        for place, segment in enumerate(call.segments)
    )
    found: list[RichSegment | Event] = [*map(_rounded, call.events), *segments]
    return sorted(found, key=lambda item: item.span)


def _rounded(event: Event) -> Event:
    """Give numbers the precision in which they are written."""
    return replace(
        event,
        span=Span(round(event.span.start, 3), round(event.span.end, 3)),
        score=None if event.score is None else round(event.score, 4),
        value=None if event.value is None else round(event.value, 4),
    )


def read(data: bytes, name: str = "rich transcript") -> list[RichSegment | Event]:
    """Return the segments and events of a rich transcript; empty lines are passed over.

    Raises:
        InputError: it is none, or a line of it cannot be read.
    """
    head, *lines = data.decode(errors="replace").split("\n")
    if head != _HEAD:
        raise InputError(name, f"does not begin with {_HEAD!r}", "give a .rich.txt of Huiting")
    return [read_line(line, place, name) for place, line in enumerate(lines, 2) if line]
