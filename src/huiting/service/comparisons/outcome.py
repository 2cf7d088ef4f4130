"""What came of a comparison, as it is kept: figures that name no call, and what is of one call."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from huiting.service.comparing import Comparison, Example, Row
from huiting.store.comparisons import Found
from huiting.text.error_rate import ErrorRate


@dataclass(frozen=True, slots=True)
class Apart:
    """How much two engines differ."""

    first: str
    second: str
    rate: ErrorRate
    """Edits from what the first heard to what the second did, in units of the first."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured over all calls."""

    referenced: bool
    """Whether people had corrected any of the calls."""
    calls: int
    """That were to be heard."""
    common: int
    """That all engines heard, but for engines that could hear none: figures are of these."""
    rows: tuple[Row, ...]
    """Without failures: those are of calls."""
    apart: tuple[Apart, ...]


@dataclass(frozen=True, slots=True)
class OfCall:
    """What is said of one call."""

    failures: Mapping[str, str] = field(default_factory=dict)
    """Why it could not be heard, by engine."""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was found; of calls that were removed nothing is left but their share of figures."""

    figures: Figures
    of_calls: Mapping[str, OfCall]


_figures: TypeAdapter[Figures] = TypeAdapter(Figures)
_of_call: TypeAdapter[OfCall] = TypeAdapter(OfCall)


def packed(comparison: Comparison, calls: int) -> Found:
    """Return what is kept of a comparison of so many calls."""
    rows = tuple(replace(row, failures=[]) for row in comparison.rows)
    apart = tuple(Apart(a, b, rate) for (a, b), rate in comparison.apart.items())
    figures = Figures(comparison.referenced, calls, comparison.common, rows, apart)
    failures: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in comparison.rows:
        for failure in row.failures:
            failures[failure.name][row.engine] = failure.reason
    examples: defaultdict[str, list[Example]] = defaultdict(list)
    for example in comparison.examples:
        examples[example.call].append(example)
    told = {
        call: _of_call.dump_json(OfCall(failures.get(call, {}), tuple(examples.get(call, ()))))
        for call in {*failures, *examples}
    }
    return Found(_figures.dump_json(figures), told)


def unpacked(found: Found) -> Outcome:
    """Return what `packed` made."""
    return Outcome(
        _figures.validate_json(found.figures),
        {call: _of_call.validate_json(body) for call, body in found.of_calls.items()},
    )
