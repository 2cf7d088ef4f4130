"""How long: 40分钟, 三个月, 5 days, 3時間; as ISO 8601 durations.

Working days are no unit of ISO 8601 and are written as words: `3 workdays`.
"""

import re
from collections.abc import Iterator

from huiting.text.entities.candidate import COUNT, Candidate, Passage

_HAN = {"半": "0.5", "一": "1", "两": "2", "俩": "2", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9", "十": "10"}  # fmt: skip
_N = r"\d+(?:\.\d+)?"
_ZH = re.compile(
    rf"(?P<vague>[这那前过头几每第好隔])?(?P<n>{_N}|[一两二三四五六七八九十](?![\d一二三四五六七八九十])|半)(?:\s?(?:到|至|[-~～])\s?(?P<m>{_N}|[一两二三四五六七八九十]))?"
    r"\s?多?(?P<ge>个)?(?P<half>半)?多?\s?(?P<unit>工作日|自然日|小时|钟头|分钟|刻钟|秒钟?|天|周|星期|礼拜|月|季度|年)"
    r"(?!级|底|初|份|纪|度(?!会员)|轻|龄|生|头|到晚|无理由|两头|代|夜|色|气|津|猫|才(?![能到有可会给来打接修办送])|使|空|然|会儿)(?P<half2>半(?=[，。？！、的]|$))?"
)
_VAGUE = frozenset("这那过头几好第")
"""After these the number is a manner of speaking (这两天) or an order (第三天)."""
_LASTING = re.compile(
    r"(?:还有|还剩|还要|已经|都|满|期限|一共|有效期|质保|保修|[用住干开过贷]了|做了|工作了|剩余?)$"
)
"""After these 18年 lasts so long, and is no 2018."""
_UNITS = {
    "工作日": "workdays", "自然日": "D", "天": "D", "周": "W", "星期": "W", "礼拜": "W", "月": "M", "年": "Y",
    "小时": "TH", "钟头": "TH", "分钟": "TM", "秒": "TS", "秒钟": "TS",
    "second": "TS", "minute": "TM", "min": "TM", "hour": "TH", "day": "D", "night": "D", "week": "W", "month": "M", "year": "Y",
    "秒間": "TS", "分間": "TM", "時間": "TH", "日間": "D", "週間": "W", "ヶ月": "M", "か月": "M", "カ月": "M", "年間": "Y", "日": "D", "分": "TM",
    "초": "TS", "분": "TM", "시간": "TH", "일": "D", "주": "W", "주일": "W", "개월": "M", "달": "M", "년": "Y",
}  # fmt: skip
_WORDS = {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "half an": "0.5"}  # fmt: skip
_EN = re.compile(
    rf"\b(?P<n>{_N}|half an|one|two|three|four|five|six|seven|eight|nine|ten)(?:\s?(?:to|-)\s?(?P<m>{_N}|two|three|four|five|six|seven|eight|nine|ten))?"
    r"[\s-](?P<work>business |working )?(?P<unit>second|minute|min|hour|day|week|month|year)s?\b(?! old| ago|,? please)",
    re.IGNORECASE,
)
_JA = re.compile(
    rf"(?P<n>{_N}|半)(?:\s?[~〜-]\s?(?P<m>{_N}))?(?P<work>営業)?(?P<unit>秒間?|分間|時間|日間|週間|[ヶかカ]月|年間|日(?=以内|ほど|後に?届|くらい|ぐらい)|分(?=以内|ほど|後|くらい|ぐらい))(?!前|目)"
)
_KO = re.compile(
    rf"(?P<n>{_N})\s?(?P<unit>시간|개월|주일|초|분|일|주|달|년)(?=\s?(?:동안|이내|안에|정도|걸|간|후))"
)


def find_durations(passage: Passage) -> Iterator[Candidate]:
    """Yield lengths of time."""
    match passage.language:
        case "en":
            yield from _found(_EN, passage.text)
        case "ja":
            yield from _found(_JA, passage.text)
        case "ko":
            yield from _found(_KO, passage.text)
        case _:
            yield from _chinese(passage.text)


def _chinese(text: str) -> Iterator[Candidate]:
    for found in _ZH.finditer(text):
        vague, unit, first = found["vague"], found["unit"], found["n"]
        month = unit == "月" and not found["ge"]  # 3月 is March, 3个月 three months
        year = unit == "年" and first.isdecimal() and len(first) in (2, 4)
        year = year and not _LASTING.search(text, max(0, found.start() - 4), found.start())
        ago = re.match(r"之?以?[前后](?!到|送|发)", text[found.end() : found.end() + 2])
        days_ago = ago and unit in ("天", "周", "星期", "礼拜", "月", "年")
        counted = unit in ("天", "年") and found["ge"]
        lately = vague == "前" and unit in ("天", "年", "周")  # 前两天 is a while ago
        if (
            vague in _VAGUE
            or lately
            or month
            or year
            or days_ago
            or counted
            or (first == "十" and unit == "分")
        ):
            continue
        half = bool(found["half"] or found["half2"])
        if unit == "刻钟":
            value = f"PT{15 * float(_digits(first)):g}M"
        else:
            value = _value(first, unit, half=half)
            value += f"/{_value(found['m'], unit)}" if found["m"] else ""
        start = found.start() + len(vague or "")
        yield Candidate("duration", start, found.end(), value, COUNT + 0)


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Candidate]:
    for found in pattern.finditer(text):
        groups = found.groupdict()
        unit = "工作日" if groups.get("work") else found["unit"].lower()
        value = _value(found["n"], unit)
        value += f"/{_value(groups['m'], unit)}" if groups.get("m") else ""
        yield Candidate("duration", found.start(), found.end(), value, COUNT)


def _digits(said: str) -> str:
    return _HAN.get(said) or _WORDS.get(said.lower()) or said


def _value(said: str, unit: str, *, half: bool = False) -> str:
    number = float(_digits(said)) + (0.5 if half else 0)
    code = _UNITS.get(unit) or _UNITS[unit.rstrip("間")]
    if code == "workdays":
        return f"{number:g} workdays"
    return f"PT{number:g}{code[1:]}" if code.startswith("T") else f"P{number:g}{code}"
