"""The table of segments: one row for what one party says between pauses."""

from huiting.core.types import EmotionLabel, Role
from huiting.exports._columns import Column, Kind, Said, called


def _rate_of(row: Said) -> float | None:
    rates = row.analysis.metrics.rates
    return rates[row.number - 1] if rates else None


SEGMENT_COLUMNS: tuple[Column[Said], ...] = (
    Column(
        "call_id",
        Kind.TEXT,
        "录音内容的 SHA-256",
        "SHA-256 of the file",
        lambda r: r.analysis.call.recording.id,
        title="通话编号",
    ),
    Column("file", Kind.TEXT, "录音文件", "Recording", lambda r: r.file),
    Column(
        "segment",
        Kind.INTEGER,
        "语段序号，从 1 起",
        "Number in the call, from 1",
        lambda r: r.number,
    ),
    Column(
        "start_s",
        Kind.SECONDS,
        "开始时间（秒）",
        "Start in seconds",
        lambda r: r.segment.span.start,
    ),
    Column("end_s", Kind.SECONDS, "结束时间（秒）", "End in seconds", lambda r: r.segment.span.end),
    Column(
        "duration_s",
        Kind.SECONDS,
        "时长（秒）",
        "Length in seconds",
        lambda r: r.segment.span.duration,
    ),
    Column("role", Kind.TEXT, "角色", "Role", lambda r: r.segment.role.value, say=called(Role)),
    Column(
        "channel", Kind.INTEGER, "声道，从 0 起", "Channel, from 0", lambda r: r.segment.channel
    ),
    Column(
        "speaker",
        Kind.INTEGER,
        "声道内的说话人（单声道分离时）",
        "Speaker on the channel, when diarized",
        lambda r: r.segment.speaker,
    ),
    Column("language", Kind.TEXT, "语言", "Language", lambda r: r.segment.language),
    Column("text", Kind.TEXT, "书面文本", "Text as written", lambda r: r.segment.text),
    Column("spoken", Kind.TEXT, "识别原文", "Text as recognized", lambda r: r.segment.spoken),
    Column(
        "edits",
        Kind.INTEGER,
        "书面文本的改动处数",
        "Places where the two differ",
        lambda r: len(r.segment.edits),
    ),
    Column("confidence", Kind.SHARE, "识别置信度", "Confidence", lambda r: r.segment.confidence),
    Column("loudness_dbfs", Kind.NUMBER, "响度", "Level", lambda r: r.segment.loudness),
    Column(
        "rate_per_min",
        Kind.NUMBER,
        "语速（每分钟字或词）",
        "Units per minute",
        _rate_of,
    ),
    Column(
        "emotion",
        Kind.TEXT,
        "情绪；EMO_UNKNOWN 为不能确定",
        "Emotion; EMO_UNKNOWN when nothing stands out",
        lambda r: None if r.segment.emotion is None else r.segment.emotion.label.value,
        say=called(EmotionLabel),
    ),
    Column(
        "emotion_score",
        Kind.SHARE,
        "情绪的得分（经校准）",
        "Its score, calibrated",
        lambda r: None if r.segment.emotion is None else r.segment.emotion.score,
    ),
    Column(
        "arousal",
        Kind.SHARE,
        "激动程度，-1 到 1",
        "From calm, -1, to excited, 1",
        lambda r: None if r.segment.emotion is None else r.segment.emotion.arousal,
    ),
    Column(
        "valence",
        Kind.SHARE,
        "愉悦程度，-1 到 1",
        "From unpleasant, -1, to pleasant, 1",
        lambda r: None if r.segment.emotion is None else r.segment.emotion.valence,
    ),
)
