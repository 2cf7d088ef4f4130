"""The Japanese ITN grammar: rules for what is said in calls, in order of precedence.

The convention: phones, ids, money, dates, times and percentages in digits; other
numbers from ten on too; smaller counts (七日以内, 二人) and fixed terms stay words.
"""

import re

from huiting.text._numbers import zh_numerals
from huiting.text._numbers.grammar import Grammar, after, keep, rule
from huiting.text._numbers.groups import joined

_NINE = "一二三四五六七八九"
_ALL = f"零〇十百千万億{_NINE}"
D = f"[{_NINE}]"
"""A digit word before a unit."""
N = rf"(?>(?:\d+(?=[十百千万億])|[{_ALL}])+\d*|\d+)"
"""A whole cardinal; Arabic digits may take part."""
S = rf"(?:ゼロ|[零〇○{_NINE}])"
"""A digit of a number said digit by digit."""
END = rf"(?![{_ALL}\d数]|ゼロ)"
"""The number does not go on."""

_FIXED = (
    "五十嵐|五十音|八百屋|八百長|十勝|十和田|十字|十二支|十人十色|十中八九|四十九日|千差万別|万が一|万一"
    "|一石二鳥|三十路|百円ショップ|百%|十人並み|二十四節気|七五三"
)
_DAYTIMES = ("午前", "午後", "朝", "夜", "夕方", "深夜", "翌朝", "今朝", "今夜")
_PAIRS = "一二|二三|三四|四五|五六|六七|七八|八九"


def _read(spoken: str) -> int | None:
    return zh_numerals.read_cardinal(spoken.replace("億", "亿"), bare="十百千")


def _write(spoken: str) -> str | None:
    """Return a cardinal or decimal in digits; whole 万 and 億 keep their unit."""
    plain = spoken.replace("億", "亿").replace("ゼロ", "零")
    written = zh_numerals.write_number(plain, bare="十百千")
    return written and written.replace("亿", "億")


def _number(match: re.Match[str]) -> str | None:
    return _write(match[0])


def _digits(match: re.Match[str]) -> str:
    return zh_numerals.read_digits(match[0].replace("ゼロ", "0").replace("○", "0"))


def _short_digits(match: re.Match[str]) -> str | None:
    return _digits(match) if re.search("ゼロ|[零〇○]", match[0]) else None


def _phone(match: re.Match[str]) -> str:
    return _digits(match).replace("の", "")


def _grouped(match: re.Match[str]) -> str | None:
    return joined(match[0])


def _ungrouped(match: re.Match[str]) -> str:
    return match[0].replace(",", "")


def _percent(match: re.Match[str]) -> str | None:
    written = _write(match[1])
    return written and f"{written}%"


def _day(match: re.Match[str]) -> str | None:
    month, day = _read(match[1]), _read(match[2])
    if month not in range(1, 13) or day not in range(1, 32):
        return None
    return f"{month}月{day}日"


def _month(match: re.Match[str]) -> str | None:
    month = _read(match[1])
    return f"{month}月" if month in range(1, 13) else None


def _time(match: re.Match[str]) -> str | None:
    """Write 三時, 三時半, 三時五分 with digits, as it is said."""
    hour, minute = _read(match["hour"]), _read(match["minute"] or "零")
    if hour not in range(25) or minute not in range(60):
        return None
    said = f"{minute}分" if match["minute"] else ""
    return f"{hour}時{said}"


def _cardinal(match: re.Match[str]) -> str | None:
    """Write a number of ten or more; 百, 千 and 万 alone are mostly no numbers."""
    return None if len(match[0]) == 1 and match[0] != "十" else _write(match[0])


_MINUTE = rf"(?:(?P<minute>{N})分)?"

RULES = (
    rule("fixed term", _FIXED, keep, "万が一", "万が一"),
    rule(
        "enough",
        rf"{after(*'はがもで、。')}十分(?=[にでなだ、。])",
        keep,
        "それで十分です",
        "それで十分です",
    ),
    rule(
        "approximation",
        rf"[数何][十百千万億]+{END}|(?:[{_ALL}]*[十百千万])?(?:{_PAIRS})[十百千万億]*{END}|[{_ALL}]+数",
        keep,
        "四五日",
        "四五日",
    ),
    rule("thousands", r"\d{1,3}(?:,\d{3})++(?![\d,])", _ungrouped, "3,800円", "3800円"),
    rule("grouped digits", r"\d++(?:[・ -]\d++)+(?![.:%])", _grouped, "2・5・3・3・1", "25331"),
    rule(
        "phone",
        rf"{S}{{2,5}}(?:の{S}{{2,4}}){{1,2}}{END}",
        _phone,
        "〇三の一二三四の五六七八",
        "0312345678",
    ),
    rule(
        "percent", rf"({N}(?:点(?:{S})+)?)(?:パーセント|%|％)", _percent, "三点五パーセント", "3.5%"
    ),
    rule("day", rf"({N})月({N})日", _day, "四月二日", "4月2日"),
    rule("month", rf"({N})月(?!間)", _month, "十二月", "12月"),
    rule(
        "time",
        rf"{after(*_DAYTIMES)}(?P<hour>{N})時{_MINUTE}(?!間)",
        _time,
        "午後三時五分",
        "午後3時5分",
    ),
    rule(
        "time without half of the day",
        rf"(?P<hour>{N})時(?=に|から|まで|ごろ|頃|半|{N}分){_MINUTE}(?!間)",
        _time,
        "三時半",
        "3時半",
    ),
    rule("decimal", rf"(?:{N}|ゼロ)点{S}+{END}", _number, "ゼロ点五", "0.5"),
    rule("price", rf"{N}(?=円|ドル)", _number, "五円", "5円"),
    rule("digits", rf"{S}{{3,}}+(?![十百千万億\d])", _digits, "ゼロ一ゼロ五", "0105"),
    rule("two digits", rf"{S}{{2}}{END}", _short_digits, "ゼロ三", "03"),
    rule("number", rf"{N}(?![{_ALL}\d]|[.,:/]\d)", _cardinal, "二十四時間", "24時間"),
)

GRAMMAR = Grammar(
    RULES,
    start=re.compile(rf"[{_ALL}○数何\d]|ゼロ"),
    run=re.compile(rf"\d++(?:[.,:/-]\d++)++[{_ALL}]*|(?:[{_ALL}○\d]|ゼロ)+"),
)
