"""JSON: the whole analysis, as docs/reference/analysis.schema.json describes it."""

from dataclasses import dataclass

from huiting.core.analysis import Analysis
from huiting.core.codec import to_json
from huiting.core.judgement import Judgement


def build() -> "Json":
    """Write the one serialized form of an analysis."""
    return Json()


@dataclass(frozen=True, slots=True)
class Json:
    """An `Exporter`."""

    media_type: str = "application/json"
    suffix: str = ".json"

    def write(self, analysis: Analysis, _judgement: Judgement | None = None, /) -> bytes:
        """Return the analysis as JSON."""
        return to_json(analysis)
