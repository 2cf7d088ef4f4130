"""The emotion curve of a call as a picture (SVG): customer and agent, outbursts, calm-downs."""

from dataclasses import dataclass

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.core.wording import pick, tongue_of
from huiting.exports._shown.picture import HEIGHT, WIDTH, picture


def build(*, language: str | None = None) -> "Curve":
    """Write its few words in `language`; None takes the call's."""
    return Curve(language)


@dataclass(frozen=True, slots=True)
class Curve:
    """An `Exporter`."""

    language: str | None
    media_type: str = "image/svg+xml"
    suffix: str = ".curve.svg"

    def write(self, analysis: Analysis, _judgement: Judgement | None = None, /) -> bytes:
        """Return the picture, UTF-8; one that says so where no feeling is known."""
        tongue = tongue_of(self.language or analysis.call.language)
        made = picture(analysis.call.segments, analysis.metrics.duration, tongue)
        return (made or _empty(tongue)).encode()


def _empty(tongue: str) -> str:
    words = pick(("nothing is known of how anybody felt", "没有可判断的情绪"), tongue)
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg">'
        f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT / 2:.0f}" text-anchor="middle" '
        f'font-family="sans-serif" font-size="12">{words}</text></svg>'
    )
