"""WebVTT subtitles: the speaker of each cue is its voice tag.

Source:
    WebVTT: The Web Video Text Tracks Format, W3C Candidate Recommendation 2019.
"""

from dataclasses import dataclass

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.exports._cues import cues
from huiting.exports._labels import labels


def build(*, language: str | None = None, voices: bool = True) -> "Vtt":
    """Name the parties in `language`; None takes the call's. Without `voices`, name nobody."""
    return Vtt(language, voices)


@dataclass(frozen=True, slots=True)
class Vtt:
    """An `Exporter`."""

    language: str | None
    voices: bool = True
    """Say of each cue who speaks."""
    media_type: str = "text/vtt"
    suffix: str = ".vtt"

    def write(self, analysis: Analysis, _judgement: Judgement | None = None, /) -> bytes:
        """Return the subtitles, UTF-8."""
        named = labels(analysis.call, self.language)
        blocks = ["WEBVTT\n"]
        for cue in cues(analysis.call):
            text = _escaped("\n".join(cue.lines))
            times = f"{_time(cue.span.start)} --> {_time(cue.span.end)}"
            if self.voices:
                text = f"<v {_escaped(named.of(cue.segment))}>{text}</v>"
            blocks.append(f"{times}\n{text}\n")
        return "\n".join(blocks).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(seconds: float) -> str:
    minutes, ms = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}.{ms % 1000:03}"
