"""What results are called for people, in Chinese and in English: one word a thing everywhere.

Codes (`fail`, `ANGRY`, `route:en`) are for programs and stay in tables; here is what a
supervisor reads in their place. Knows no page and no format.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from huiting.core.calming import Answer
from huiting.core.judgement import EvidenceKind, Match, Severity, Verdict
from huiting.core.meaning import OutcomeKind
from huiting.core.types import ConditionKind, EmotionLabel, EventLabel, Role, RoleSource

CHINESE = frozenset({"zh", "yue"})
"""Languages of a call whose readers read Chinese."""

_NAMES: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    Verdict: {
        Verdict.PASS: ("pass", "通过"),
        Verdict.FAIL: ("fail", "未通过"),
        Verdict.NOT_APPLICABLE: ("n/a", "不适用"),
        Verdict.UNCERTAIN: ("uncertain: listen", "需复听"),
    },
    Severity: {
        Severity.MINOR: ("minor", "轻微"),
        Severity.MAJOR: ("major", "中等"),
        Severity.CRITICAL: ("critical", "严重"),
    },
    Match: {
        Match.EXACT: ("exact", "完全一致"),
        Match.SOUNDS_LIKE: ("sounds alike", "音近"),
        Match.SIMILAR: ("similar in meaning", "意近"),
    },
    EvidenceKind: {
        EvidenceKind.SAID: ("said", "原话"),
        EvidenceKind.SOUND: ("heard", "声音或情绪"),
        EvidenceKind.MEASURED: ("measured", "测量值"),
        EvidenceKind.KNOWN: ("known", "已知信息"),
        EvidenceKind.SEARCHED: ("looked for, not found", "查找范围（未找到）"),
        EvidenceKind.NEAREST: ("came closest", "最接近的"),
        EvidenceKind.UNCLEAR: ("unclear", "听不清处"),
        EvidenceKind.ANSWERED: ("answered by a language model", "语言模型回答"),
    },
    EmotionLabel: {
        EmotionLabel.HAPPY: ("happy", "愉快"),
        EmotionLabel.SAD: ("sad", "难过"),
        EmotionLabel.ANGRY: ("angry", "生气"),
        EmotionLabel.NEUTRAL: ("neutral", "平静"),
        EmotionLabel.FEARFUL: ("fearful", "担忧"),
        EmotionLabel.DISGUSTED: ("disgusted", "厌恶"),
        EmotionLabel.SURPRISED: ("surprised", "惊讶"),
        EmotionLabel.UNKNOWN: ("unsure", "不确定"),
    },
    EventLabel: {
        EventLabel.MUSIC: ("music", "音乐"),
        EventLabel.MUSIC_UNDER_SPEECH: ("music under speech", "背景音乐"),
        EventLabel.SINGING: ("singing", "歌声"),
        EventLabel.LAUGHTER: ("laughter", "笑声"),
        EventLabel.APPLAUSE: ("applause", "掌声"),
        EventLabel.CRY: ("cry", "哭声"),
        EventLabel.COUGH: ("cough", "咳嗽"),
        EventLabel.SNEEZE: ("sneeze", "喷嚏"),
        EventLabel.BREATH: ("breath", "叹气或呼吸声"),
        EventLabel.NOISE: ("noise", "背景噪声"),
        EventLabel.RINGBACK: ("ringback", "回铃音"),
        EventLabel.BUSY: ("busy", "忙音"),
        EventLabel.DTMF: ("dtmf", "按键"),
        EventLabel.SILENCE: ("silence", "静默"),
        EventLabel.HOLD: ("hold", "等待（已告知）"),
        EventLabel.CROSSTALK: ("crosstalk", "同时说话"),
        EventLabel.INTERRUPTION: ("interruption", "抢话"),
        EventLabel.LOUDNESS_JUMP: ("loudness jump", "音量突增"),
        EventLabel.RATE_SPIKE: ("rate spike", "语速突增"),
    },
    OutcomeKind: {
        OutcomeKind.SOLVED: ("solved", "已解决"),
        OutcomeKind.PROMISED: ("promised", "已承诺"),
        OutcomeKind.UNSOLVED: ("unsolved", "未解决"),
        OutcomeKind.UNKNOWN: ("not told", "看不出"),
    },
    Role: {
        Role.AGENT: ("agent", "客服"),
        Role.CUSTOMER: ("customer", "客户"),
        Role.SYSTEM: ("system", "系统"),
        Role.UNKNOWN: ("speaker", "说话人"),
    },
    RoleSource: {
        RoleSource.GIVEN: ("given", "指定"),
        RoleSource.HEARD: ("from what is said", "从内容判断"),
        RoleSource.ASSUMED: ("assumed", "按惯例推定"),
    },
    ConditionKind: {
        ConditionKind.DUAL_MONO: ("both channels hold the same", "两声道内容相同"),
        ConditionKind.DEAD_CHANNEL: ("a channel without signal", "一个声道无信号"),
        ConditionKind.LEVEL_DIFFERENCE: ("channels of different level", "两声道音量相差大"),
        ConditionKind.BLEED: ("one channel is heard on the other", "串音"),
        ConditionKind.CLIPPING: ("clipping", "削波失真"),
        ConditionKind.WRONG_DURATION: ("its header claims another duration", "文件头时长不符"),
        ConditionKind.MISSING_DURATION: ("its header claims no duration", "文件头未写时长"),
        ConditionKind.TRUNCATED: ("cut off", "文件被截断"),
        ConditionKind.DAMAGED: ("partly damaged", "部分数据损坏"),
        ConditionKind.SILENT: ("nothing is heard", "整段无声"),
        ConditionKind.SWAPPED: ("channels were swapped and put right", "声道角色颠倒，已更正"),
        ConditionKind.UNPROCESSABLE: ("some speech could not be processed", "部分语音无法处理"),
        ConditionKind.FALLBACK: ("recognized by the fallback", "改由备用设备或引擎识别"),
        ConditionKind.HEARD_AGAIN: ("heard by a second engine too", "由第二引擎复听"),
    },
    Answer: {
        Answer.APOLOGY: ("the agent apologized", "客服致歉"),
        Answer.EMPATHY: ("the agent showed understanding", "客服表示理解"),
        Answer.ACTION: ("the agent said what is being done", "客服说明正在处理"),
        Answer.OTHER: ("the agent answered otherwise", "客服作了其他回应"),
        Answer.NONE: ("the agent said nothing more", "客服未再回应"),
    },
}
_LANGUAGES = {
    "zh": ("Chinese", "中文"),
    "yue": ("Cantonese", "粤语"),
    "en": ("English", "英语"),
    "ja": ("Japanese", "日语"),
    "ko": ("Korean", "韩语"),
    "fr": ("French", "法语"),
    "de": ("German", "德语"),
    "es": ("Spanish", "西班牙语"),
    "ru": ("Russian", "俄语"),
    "vi": ("Vietnamese", "越南语"),
    "th": ("Thai", "泰语"),
}
_ADVICE = {
    "priority-ticket": ("priority ticket", "优先工单"),
    "escalate": ("escalate to a supervisor", "升级给主管处理"),
    "call-back": ("call back: something was promised", "回电：有承诺待兑现"),
    "retain": ("win back: the customer may leave", "挽留：客户可能流失"),
    "urgent": ("urgent", "加急处理"),
}
_ROUTES = {
    "route": ("route to an agent who speaks {}", "转给会{}的坐席"),
    "also": ("part of it is in {}", "部分内容为{}"),
}


def pick(pair: tuple[str, str], tongue: str) -> str:
    """Return the one of an English and a Chinese text; `tongue` is `zh` or `en`."""
    return pair[tongue == "zh"]


def tongue_of(language: str | None) -> str:
    """Return what is read by those who speak a language: `zh` or `en`."""
    return "zh" if language in CHINESE else "en"


def named(thing: StrEnum, tongue: str) -> str:
    """Return what a verdict, a role, an emotion and the like is called."""
    return pick(_NAMES[type(thing)][thing.value], tongue)


@cache
def named_in(kind: type[StrEnum], tongue: str) -> Mapping[str, str]:
    """Return what each code of a kind is called."""
    return {code: pick(pair, tongue) for code, pair in _NAMES[kind].items()}


def language(code: str, tongue: str) -> str:
    """Return what a language is called; its code where that is not known."""
    return pick(_LANGUAGES[code], tongue) if code in _LANGUAGES else code


def advice(code: str, tongue: str) -> str:
    """Return what a code of `Meaning.advice` asks somebody to do."""
    kind, _, spoken = code.partition(":")
    if kind in _ROUTES:
        return pick(_ROUTES[kind], tongue).format(language(spoken, tongue))
    return pick(_ADVICE[code], tongue) if code in _ADVICE else code


def points(number: float | None) -> str:
    """Return points as people read them, with at most one decimal; a dash for none."""
    if number is None:
        return "–"
    rounded = round(number, 1) + 0.0  # never -0
    return f"{rounded:.0f}" if rounded == round(rounded) else f"{rounded:.1f}"
