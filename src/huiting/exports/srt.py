"""SRT (SubRip) subtitles: numbered cues, each beginning with who speaks."""

from dataclasses import dataclass

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.exports._cues import cues
from huiting.exports._labels import labels


def build(*, language: str | None = None, voices: bool = True) -> "Srt":
    """Name the parties in `language`; None takes the call's. Without `voices`, name nobody."""
    return Srt(language, voices)


@dataclass(frozen=True, slots=True)
class Srt:
    """An `Exporter`."""

    language: str | None
    voices: bool = True
    """Say of each cue who speaks."""
    media_type: str = "application/x-subrip"
    suffix: str = ".srt"

    def write(self, analysis: Analysis, _judgement: Judgement | None = None, /) -> bytes:
        """Return the subtitles, UTF-8 without a byte order mark."""
        named = labels(analysis.call, self.language)
        blocks = []
        for number, cue in enumerate(cues(analysis.call), 1):
            text = "\n".join(cue.lines).replace("-->", "→")  # an arrow would begin a new cue
            times = f"{_time(cue.span.start)} --> {_time(cue.span.end)}"
            who = f"{named.of(cue.segment)}: " if self.voices else ""
            blocks.append(f"{number}\n{times}\n{who}{text}\n")
        return "\n".join(blocks).encode()


def _time(seconds: float) -> str:
    minutes, ms = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02},{ms % 1000:03}"
