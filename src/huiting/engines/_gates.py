"""When a hypothesis should not be believed: hallucination on silence, music and noise.

Each gate has a name, which the result carries. What a gate refuses is not shown as said;
it is counted. Nothing here knows a model.
"""

import re
import zlib
from dataclasses import dataclass

COMPRESSION = 2.4
"""Size over compressed size above which a text repeats itself; Whisper's own value."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a gate looks at."""

    text: str
    log_probability: float
    """Mean over the tokens, <= 0."""
    no_speech: float
    """Probability that nobody speaks, in [0, 1]."""
    seconds: float
    """Length of the clip."""


@dataclass(frozen=True, slots=True)
class Gates:
    """Where the gates stand."""

    no_speech: float = 0.6
    """From this probability on, a text that is also unlikely is taken for silence."""
    unsure: float = -1.0
    """Mean log-probability below which a text counts as unlikely."""
    lost: float = -1.6
    """Mean log-probability below which no text is believed."""
    compression: float = COMPRESSION
    """Ratio above which a text repeats itself."""
    phantom: float = -0.6
    """Mean log-probability below which a phrase known as a phantom is one."""
    rate: float = 14.0
    """Characters a second that nobody speaks, for clips of a second and more."""


PHANTOMS = re.compile(
    r"""
      字幕 | 請不吝 | 请不吝 | 明镜与点点 | 明鏡與點點 | 打赏支持 | 打賞支持
    | (谢谢|謝謝|感谢|感謝)(大家|您|你们|你們)?(的)?(观看|觀看|收看|收听|收聽)
    | (欢迎|歡迎)?(点赞|點贊|點讚).{0,6}(订阅|訂閱) | (订阅|訂閱).{0,6}(频道|頻道) | 独播剧场 | 優優獨播
    | ご視聴(いただき)?ありがとう | チャンネル登録 | 最後までご
    | 시청해\s?주셔서\s?감사 | 구독과?\s?좋아요 | 자막\s?제공
    | thank(s|\s+you)(\s+(so|very)\s+much)?\s+for\s+(watching|listening)
    | (please\s+)?(like\s+and\s+)?subscribe\s+to\s+(my|the|our)\s+channel
    | subtitles?\s+by | amara\.org | transcription\s+by | www\.\S+\.(com|org)
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Credits and farewells of the videos Whisper learned from; nobody says these on a call."""


def gate_of(heard: Heard, gates: Gates) -> str | None:
    """Return the name of the gate that refuses the text; None when it is believed."""
    if not heard.text:
        return "empty"
    if heard.no_speech >= gates.no_speech and heard.log_probability < gates.unsure:
        return "no-speech"
    if heard.log_probability < gates.lost:
        return "low-confidence"
    if repeats(heard.text, gates.compression):
        return "repetition"
    if heard.log_probability < gates.phantom and PHANTOMS.search(heard.text):
        return "phantom"
    if heard.seconds >= 1 and len(heard.text) > gates.rate * heard.seconds * _width(heard.text):
        return "too-fast"
    return None


def repeats(text: str, ratio: float = COMPRESSION) -> bool:
    """Tell whether a text runs in circles: it compresses too well, or one phrase fills it."""
    raw = text.encode()
    if len(raw) / len(zlib.compress(raw)) > ratio:
        return True
    loop = re.search(r"(.{1,12}?)\1{4,}", text)
    return loop is not None and len(loop[0]) >= max(10, 0.5 * len(text)) and not loop[1].isdigit()


def _width(text: str) -> float:
    """Return how many letters stand for one Chinese character's worth of sound."""
    ascii_share = sum(c.isascii() for c in text) / len(text)
    return 1 + 2 * ascii_share
