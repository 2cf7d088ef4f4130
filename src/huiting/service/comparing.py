"""Several recognizers on the same calls, side by side: errors, cost, and where they disagree.

Pure: who hears and what was really said are passed in. What is compared is the spoken text of
each line of the reference with what each engine heard in that stretch; without a reference the
first engine's lines are, and the figures are disagreements and no errors.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from huiting.core.analysis import Analysis
from huiting.core.errors import HuitingError
from huiting.core.types import ConditionKind, Segment, Span
from huiting.text.error_rate import NOTHING, ErrorRate, Unit, score, unit_of

EXAMPLES = 20
"""Lines shown in which the engines differ most."""
ALL = Span(0.0, float("inf"))


@dataclass(frozen=True, slots=True)
class Line:
    """What was really said in a stretch of a call."""

    text: str
    span: Span = ALL
    channel: int | None = None
    """None where the reference is of all channels together."""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A call to be heard, and what is known of it."""

    name: str
    lines: tuple[Line, ...] = ()
    """The reference; empty for none."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What an engine made of a call."""

    analysis: Analysis
    seconds: float
    """That recognition took, detecting the language included."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that an engine could not hear."""

    name: str
    reason: str


@dataclass(slots=True)
class Row:
    """What was measured of one engine."""

    engine: str
    rates: dict[Unit, ErrorRate] = field(default_factory=dict)
    """Against the reference: CER of characters, WER of words, MER of both."""
    lines: int = 0
    """Of the reference that were compared."""
    audio: float = 0.0
    """Seconds of recordings heard."""
    speech: float = 0.0
    """Seconds of speech in them, by channel added up."""
    seconds: float = 0.0
    """That it took."""
    bytes: int | None = None
    """By how much our processes grew while it was loaded; None where nobody knows."""
    again: float = 0.0
    """Seconds of speech that a second engine heard too."""
    elsewhere: float = 0.0
    """Seconds of speech that a fallback recognized."""
    failures: list[Failure] = field(default_factory=list)
    cards: int | None = None
    """As `bytes`, of CUDA devices; None where it uses none, or nobody knows."""

    @property
    def speed(self) -> float | None:
        """Seconds of recordings heard in a second; None where nothing was."""
        return self.audio / self.seconds if self.seconds else None


@dataclass(frozen=True, slots=True)
class Example:
    """A line that the engines heard differently."""

    call: str
    span: Span
    channel: int | None
    said: str | None
    """What was really said; None without a reference."""
    heard: Mapping[str, str]
    """By engine."""
    edits: int
    """Between those that differ most, or to what was said."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was measured."""

    rows: tuple[Row, ...]
    """As the engines were named."""
    apart: Mapping[tuple[str, str], ErrorRate]
    """How much two engines differ: edits from the first to the second, in units of the first."""
    examples: tuple[Example, ...]
    """Those that differ most, first."""
    referenced: bool
    """Whether there was a reference."""
    common: int = 0
    """Samples that all engines heard, but for those that could hear none."""


Ear = Callable[[Sample], Hearing]
"""Hears a sample; raises `HuitingError` where it cannot."""


@dataclass(slots=True)
class Comparing:
    """Gathers what engines hear, one engine after another; memory does not grow with audio.

    Args:
        samples: what is heard; all engines hear the same.
        ends: tells of errors that say nothing of a sample, and end it all.
    """

    samples: Sequence[Sample]
    rows: dict[str, Row] = field(default_factory=dict)
    _heard: dict[str, dict[str, tuple[Segment, ...]]] = field(default_factory=dict)
    ends: Callable[[HuitingError], bool] = lambda _error: False

    def hear(self, engine: str, ear: Ear, told: Callable[[str], None] = lambda _name: None) -> Row:
        """Let an engine hear all samples; what fails is told and does not stop the others.

        Args:
            engine: its name.
            ear: hears with it.
            told: called with the name of each sample before it is heard.
        """
        row = self.rows[engine] = Row(engine)
        heard = self._heard[engine] = {}
        for sample in self.samples:
            told(sample.name)
            try:
                found = ear(sample)
            except HuitingError as error:
                if self.ends(error):
                    raise
                row.failures.append(Failure(sample.name, error.reason))
                continue
            call = found.analysis.call
            heard[sample.name] = call.segments
            row.audio += call.recording.duration
            row.speech += sum(region.span.duration for region in call.regions)
            row.seconds += found.seconds
            row.again += _seconds(found.analysis, ConditionKind.HEARD_AGAIN)
            row.elsewhere += _seconds(found.analysis, ConditionKind.FALLBACK)
        return row

    def result(self, examples: int = EXAMPLES) -> Comparison:
        """Return what was measured; of the samples that every engine heard, so that it is fair."""
        hearing = [heard for heard in self._heard.values() if heard]
        common = [s for s in self.samples if hearing and all(s.name in h for h in hearing)]
        referenced = any(sample.lines for sample in common)
        found: list[Example] = []
        apart: defaultdict[tuple[str, str], ErrorRate] = defaultdict(lambda: NOTHING)
        for sample in common:
            if referenced and not sample.lines:
                continue
            found += self._lines(sample, apart)
        worst = sorted(found, key=lambda one: (-one.edits, one.call, one.span.start))
        differing = [one for one in worst if one.edits]
        return Comparison(
            tuple(self.rows.values()),
            dict(apart),
            tuple(differing[:examples]),
            referenced,
            len(common),
        )

    def _lines(self, sample: Sample, apart: dict[tuple[str, str], ErrorRate]) -> Iterable[Example]:
        engines = [engine for engine, heard in self._heard.items() if heard]
        segments = {engine: self._heard[engine][sample.name] for engine in engines}
        lines = sample.lines or [
            Line(one.spoken, one.span, one.channel, one.language) for one in segments[engines[0]]
        ]
        for line in lines:
            heard = {engine: text_in(segments[engine], line) for engine in engines}
            unit = unit_of(line.language or _language(segments[engines[0]]))
            edits = 0
            if sample.lines:
                for engine in engines:
                    rate = score(heard[engine], (line.text,), unit)
                    row = self.rows[engine]
                    row.rates[unit] = row.rates.get(unit, NOTHING) + rate
                    row.lines += 1
                    edits = max(edits, rate.edits)
            for first in engines:
                for second in engines:
                    if first != second:
                        rate = score(heard[second], (heard[first],), unit)
                        apart[first, second] += rate
                        edits = edits if sample.lines else max(edits, rate.edits)
            said = line.text if sample.lines else None
            yield Example(sample.name, line.span, line.channel, said, heard, edits)


def text_in(segments: Sequence[Segment], line: Line) -> str:
    """Return what was heard in the stretch of a line: words whose middle is inside.

    A segment whose words have no times is inside when its own middle is.
    """
    found: list[str] = []
    for segment in segments:
        if line.channel is not None and segment.channel != line.channel:
            continue
        if line.span == ALL or not segment.words:
            inside = line.span == ALL or _inside(segment.span, line.span)
            found += [segment.spoken] if inside else []
            continue
        found += _between(segment, line.span)
    return " ".join(found)


def _between(segment: Segment, span: Span) -> list[str]:
    """Return the words of a segment inside a span, as they stand in its text."""
    inside = [word for word in segment.words if _inside(word.span, span)]
    if not inside:
        return []
    if len(inside) == len(segment.words):
        return [segment.spoken]
    places, at = [], 0
    for word in segment.words:
        begin = segment.spoken.index(word.text, at)
        at = begin + len(word.text)
        places.append((word, begin, at))
    kept = [(begin, end) for word, begin, end in places if word in inside]
    return [segment.spoken[kept[0][0] : kept[-1][1]]]


def _inside(span: Span, outer: Span) -> bool:
    return outer.start <= (span.start + span.end) / 2 < outer.end


def _seconds(analysis: Analysis, kind: ConditionKind) -> float:
    return sum(c.value or 0.0 for c in analysis.call.conditions if c.kind is kind)


def _language(segments: Sequence[Segment]) -> str | None:
    """Return the language that most segments are in; None where none says."""
    known = [segment.language for segment in segments if segment.language]
    return max(sorted(set(known)), key=known.count) if known else None
