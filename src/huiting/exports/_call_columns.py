"""The table of calls: one row for each recording, analyzed or failed, with all its numbers."""

from collections.abc import Callable, Iterable

from huiting.core.analysis import Analysis
from huiting.core.error_words import mandarin
from huiting.core.errors import HuitingError
from huiting.core.metrics import PartyMetrics
from huiting.core.types import Condition, Role, RoleSource, Segment
from huiting.core.wording import language
from huiting.exports._cells import Cell
from huiting.exports._columns import Column, Kind, Outcome, called
from huiting.exports._judged_columns import Names, judged_columns
from huiting.exports._labels import labels
from huiting.exports._meaning_columns import MEANING_COLUMNS


def call_columns(names: Names) -> tuple[Column[Outcome], ...]:
    """Return the columns of the table of calls, with one for each of `names`."""
    return (
        *_STATUS,
        *(
            Column(
                f"meta_{name}",
                Kind.TEXT,
                f"随录音给出的字段 {name}",
                f"Field {name!r} that came with the recording",
                _of_call(lambda a, name=name: a.call.recording.metadata.get(name)),  # type: ignore[misc]
                title=name,
            )
            for name in names.metadata
        ),
        *_RECORDING,
        *_METRICS,
        *(
            c
            for role, zh in ((Role.AGENT, "客服"), (Role.CUSTOMER, "客户"))
            for c in _party(role, zh)
        ),
        *MEANING_COLUMNS,
        *_TICKET,
        *judged_columns(names),
        *_TEXT,
        *_ORIGIN,
    )


def _of_call(value: Callable[[Analysis], Cell]) -> Callable[[Outcome], Cell]:
    return lambda outcome: None if outcome.analysis is None else value(outcome.analysis)


def _of_error(value: Callable[[HuitingError], Cell]) -> Callable[[Outcome], Cell]:
    return lambda outcome: None if outcome.error is None else value(outcome.error)


def _call(
    key: str,
    kind: Kind,
    zh: str,
    en: str,
    value: Callable[[Analysis], Cell],
    title: str = "",
    say: Callable[[str], str] | None = None,
) -> Column[Outcome]:
    return Column(key, kind, zh, en, _of_call(value), title, say)


def _condition(condition: Condition) -> str:
    channel = "" if condition.channel is None else f" channel {condition.channel}"
    value = "" if condition.value is None else f" ({condition.value:.4g})"
    return f"{condition.kind}{channel}{value}"


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items)


def _sources(analysis: Analysis) -> str:
    found = {party.source for party in analysis.call.parties}
    return _listed(source for source in RoleSource if source in found)


def _surest(analysis: Analysis) -> float | None:
    known = [p.confidence for p in analysis.call.parties if p.confidence is not None]
    return min(known, default=None)


def _full_text(analysis: Analysis, text: Callable[[Segment], str]) -> str:
    named = labels(analysis.call)
    return "\n".join(f"{named.of(s)}: {text(s)}" for s in analysis.call.segments if text(s))


_STATUS: tuple[Column[Outcome], ...] = (
    Column(
        "status",
        Kind.TEXT,
        "done 已分析；failed 失败，原因见 reason",
        "done, or failed with the cause in `reason`",
        lambda o: "failed" if o.analysis is None else "done",
        title="状态",
        say=lambda code: {"done": "已分析", "failed": "失败"}[code],
    ),
    Column("file", Kind.TEXT, "录音文件", "Recording", lambda o: o.file),
    Column(
        "other_names",
        Kind.TEXT,
        "内容完全相同的其他文件",
        "Other files with the same bytes",
        lambda o: _listed(o.other_names) or None,
    ),
    Column(
        "reason",
        Kind.TEXT,
        "失败原因",
        "Why it failed",
        _of_error(lambda error: error.reason),
        say=mandarin,
    ),
    Column(
        "remedy",
        Kind.TEXT,
        "怎样处理",
        "What to do about it",
        _of_error(lambda error: error.remedy),
        say=mandarin,
    ),
    Column(
        "error_code",
        Kind.TEXT,
        "错误代码",
        "Stable error code",
        _of_error(lambda error: error.code),
    ),
)

_RECORDING = (
    _call(
        "call_id",
        Kind.TEXT,
        "录音内容的 SHA-256",
        "SHA-256 of the file",
        lambda a: a.call.recording.id,
        title="通话编号",
    ),
    _call(
        "started_at",
        Kind.TIME,
        "通话开始时间（当地时间）",
        "When the call began, wall-clock time",
        lambda a: a.call.recording.started_at,
    ),
    _call(
        "duration_s",
        Kind.SECONDS,
        "时长（秒）",
        "Duration in seconds",
        lambda a: a.metrics.duration,
    ),
    _call("codec", Kind.TEXT, "编码", "Codec", lambda a: a.call.recording.codec),
    _call("sample_rate_hz", Kind.INTEGER, "采样率", "Sample rate", lambda a: a.call.recording.rate),
    _call(
        "channels",
        Kind.INTEGER,
        "声道数",
        "Number of channels",
        lambda a: len(a.call.recording.channels),
    ),
    _call(
        "language",
        Kind.TEXT,
        "主要语言",
        "Language most spoken",
        lambda a: a.call.language,
        say=lambda code: language(code, "zh"),
    ),
    _call(
        "roles",
        Kind.TEXT,
        "各方角色",
        "Role of each party",
        lambda a: _listed(party.role for party in a.call.parties),
        say=called(Role),
    ),
    _call(
        "roles_source",
        Kind.TEXT,
        "角色来源：given 指定、heard 从内容判断、assumed 按惯例",
        "How roles are known: given, heard, assumed",
        _sources,
        say=called(RoleSource),
    ),
    _call(
        "roles_confidence",
        Kind.SHARE,
        "角色判断的置信度（最低者）",
        "Confidence of roles that were heard (the least)",
        _surest,
    ),
    _call(
        "conditions",
        Kind.TEXT,
        "录音的异常情况",
        "What is wrong with the recording",
        lambda a: _listed(_condition(c) for c in a.call.conditions) or None,
    ),
)

_METRICS = (
    _call(
        "speech_s",
        Kind.SECONDS,
        "有人说话的时间",
        "At least one party speaks",
        lambda a: a.metrics.speech,
    ),
    _call(
        "silence_s", Kind.SECONDS, "无人说话的时间", "Nobody speaks", lambda a: a.metrics.silence
    ),
    _call(
        "silence_ratio",
        Kind.SHARE,
        "静默占时长比例",
        "Silence as a share of the duration",
        lambda a: a.metrics.silence_ratio,
    ),
    _call(
        "longest_silence_s",
        Kind.SECONDS,
        "说话之间最长的静默",
        "Longest silence between speech",
        lambda a: a.metrics.longest_silence,
    ),
    _call(
        "dead_air_s",
        Kind.SECONDS,
        "未告知的长静默合计",
        "Long silences that were not announced",
        lambda a: a.metrics.dead_air,
    ),
    _call(
        "hold_s",
        Kind.SECONDS,
        "告知“请稍等”后的长静默合计",
        "Long silences announced by the agent",
        lambda a: a.metrics.hold,
    ),
    _call(
        "overlap_s",
        Kind.SECONDS,
        "同时说话的时间",
        "Both speak at once",
        lambda a: a.metrics.overlap,
    ),
    _call(
        "overlap_ratio",
        Kind.SHARE,
        "同时说话占有人说话时间的比例",
        "Overlap as a share of speech",
        lambda a: a.metrics.overlap_ratio,
    ),
    _call("turns", Kind.INTEGER, "话轮数", "Turns", lambda a: a.metrics.turns),
    _call(
        "interruptions",
        Kind.INTEGER,
        "抢话次数",
        "Interruptions",
        lambda a: sum(party.interruptions for party in a.metrics.parties),
    ),
    _call("segments", Kind.INTEGER, "语段数", "Segments", lambda a: len(a.call.segments)),
    _call(
        "rejected",
        Kind.INTEGER,
        "识别后判为不可信而舍去的片段数",
        "Stretches that were recognized and not believed",
        lambda a: len(a.call.rejected),
    ),
)

_TICKETS = {"angry": "客户生气", "complaint": "投诉", "fatal": "致命项", "priority-ticket": "有"}
_TICKET: tuple[Column[Outcome], ...] = (
    Column(
        "ticket",
        Kind.TEXT,
        "优先工单的原因：angry 生气、complaint 投诉、fatal 致命项；工单在 tickets 文件夹",
        "Why it has a priority ticket (in the folder tickets): angry, complaint, fatal",
        lambda o: None if o.ticket is None else _listed(o.ticket.because) or "priority-ticket",
        title="优先工单",
        say=lambda code: "、".join(_TICKETS.get(one, one) for one in code.split(", ")),
    ),
    Column(
        "ticket_language",
        Kind.TEXT,
        "工单客户的语种",
        "Language of the customer who has a ticket",
        lambda o: None if o.ticket is None else o.ticket.language,
        say=lambda code: language(code, "zh"),
    ),
    Column(
        "ticket_translated_by",
        Kind.TEXT,
        "翻译工单的语言模型；空为未翻译",
        "Language model that translated the ticket; empty: not translated",
        lambda o: None if o.ticket is None else o.ticket.by,
    ),
)

_TEXT = (
    _call(
        "text_written",
        Kind.TEXT,
        "全文（书面形式，数字、标点已规整）",
        "Full text as written",
        lambda a: _full_text(a, lambda s: s.text),
        title="全文",
    ),
    _call(
        "text_spoken",
        Kind.TEXT,
        "全文（识别原文）",
        "Full text as recognized",
        lambda a: _full_text(a, lambda s: s.spoken),
        title="全文（识别原文）",
    ),
)

_ORIGIN = (
    _call(
        "huiting_version", Kind.TEXT, "慧听版本", "Version of Huiting", lambda a: a.made_by.huiting
    ),
    _call("engine", Kind.TEXT, "识别引擎", "Recognizer", lambda a: a.made_by.engine),
    _call(
        "settings_digest",
        Kind.TEXT,
        "影响结果的全部设置的摘要",
        "Digest of every setting that can change the result",
        lambda a: a.made_by.settings or None,
    ),
)


def _party(role: Role, zh: str) -> tuple[Column[Outcome], ...]:
    """Return the columns of one role; of several parties in it, whoever talks most."""

    def column(
        key: str, kind: Kind, chinese: str, english: str, value: Callable[[PartyMetrics], Cell]
    ) -> Column[Outcome]:
        def most(analysis: Analysis) -> Cell:
            found = [party for party in analysis.metrics.parties if party.role is role]
            return value(max(found, key=lambda party: party.talk_time)) if found else None

        return _call(
            f"{role}_{key}", kind, f"{zh}：{chinese}", f"{role.capitalize()}: {english}", most
        )

    return (
        column("talk_time_s", Kind.SECONDS, "说话时间", "talk time", lambda p: p.talk_time),
        column(
            "talk_ratio", Kind.SHARE, "说话时间占比", "share of talk time", lambda p: p.talk_ratio
        ),
        column("turns", Kind.INTEGER, "话轮数", "turns", lambda p: p.turns),
        column("segments", Kind.INTEGER, "语段数", "segments", lambda p: p.segments),
        column(
            "units",
            Kind.INTEGER,
            "字数（中日文）或词数",
            "characters or words said",
            lambda p: p.units,
        ),
        column(
            "rate_per_min",
            Kind.NUMBER,
            "语速（每分钟字或词）",
            "units per minute",
            lambda p: p.rate,
        ),
        column(
            "rate_max_per_min",
            Kind.NUMBER,
            "最快语段的语速",
            "of the fastest segment",
            lambda p: p.rate_max,
        ),
        column(
            "response_median_s",
            Kind.SECONDS,
            "应答间隔中位数（负值为抢在对方说完之前）",
            "median response time; negative when before the other's end",
            lambda p: p.response_median,
        ),
        column(
            "response_max_s",
            Kind.SECONDS,
            "最长应答间隔",
            "longest response time",
            lambda p: p.response_max,
        ),
        column(
            "interruptions",
            Kind.INTEGER,
            "抢话次数",
            "how often it cut in",
            lambda p: p.interruptions,
        ),
        column(
            "overlap_s",
            Kind.SECONDS,
            "与对方同时说话的时间",
            "speaking while another did",
            lambda p: p.overlap,
        ),
        column("loudness_dbfs", Kind.NUMBER, "平均响度", "mean level", lambda p: p.loudness),
        column(
            "loudness_jump_db",
            Kind.NUMBER,
            "相邻语段响度最大升幅",
            "greatest rise from one segment to the next",
            lambda p: p.loudness_jump,
        ),
    )
