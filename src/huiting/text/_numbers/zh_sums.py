"""Money, and small numbers that are digits for the sake of their unit: 两公斤, 三号楼, 八五折."""

import re

from huiting.text._numbers.grammar import not_after, rule
from huiting.text._numbers.zh_numerals import read_cardinal, read_digits, write_number
from huiting.text._numbers.zh_shapes import ALL, END, MEASURES, NINE, SHORT_SUM_END, D, N

_CURRENCIES = "美元|美金|欧元|港币|港元|日元|英镑|人民币|元(?![素老旦化桥里]|一次|复始)"


def _money(match: re.Match[str]) -> str | None:
    """Write 块, 毛 and 分 as one sum in 元."""
    parts = {"dime": "零", "cent": "零"} | {k: v for k, v in match.groupdict().items() if v}
    whole, dimes, cents = (read_cardinal(parts[part]) for part in ("whole", "dime", "cent"))
    return None if whole is None else f"{whole}.{dimes}{cents or ''}元"


def _dimes(match: re.Match[str]) -> str:
    return f"0.{read_cardinal(match[1])}{read_cardinal(match[2])}元"


def _decimal_of(match: re.Match[str]) -> str | None:
    """Write 三十七度八 and 一米七五 as decimals of their unit."""
    whole = read_cardinal(match[1])
    return None if whole is None else f"{whole}.{read_digits(match[3])}{match[2]}"


def _number(match: re.Match[str]) -> str | None:
    return write_number(match[0])


def _digits(match: re.Match[str]) -> str:
    return read_digits(match[0])


MONEY = (
    rule(
        "yuan and dimes",
        rf"(?P<whole>{N})[块元][零〇]?(?P<dime>[{NINE}\d])[毛角](?:(?P<cent>[{NINE}\d]){END}分?)?",
        _money,
        "三块五毛二",
        "3.52元",
    ),
    rule(
        "yuan and cents",
        rf"(?P<whole>{N})[块元][零〇](?P<cent>[{NINE}\d])分",
        _money,
        "八块零五分",
        "8.05元",
    ),
    rule(
        "short sum",
        rf"(?P<whole>{N})块(?P<dime>[{NINE}\d])(?:{SHORT_SUM_END}|(?=一[斤个份张件盒瓶公位次天]))",
        _money,
        "一千二百八十六块五",
        "1286.5元",
    ),
    rule("short dimes", rf"([{NINE}])毛([{NINE}]){SHORT_SUM_END}", _dimes, "五毛五", "0.55元"),
    rule(
        "few yuan",
        r"[零二三四五六七八九两](?=块(?:[，。！？,.!?、；的吧呢啊了就都还多]|左右|以|一[个斤份张位次]|$))",
        _number,
        "送五块",
        "送5块",
    ),
    rule("few coins", rf"{D}(?=块钱|毛|角钱|分钱|{_CURRENCIES})", _number, "五毛钱", "5毛钱"),
)

MEASURES_AND_PLACES = (
    rule(
        "decimal of a unit",
        rf"({N})([米度])([零〇{NINE}]{{1,2}}|\d){SHORT_SUM_END}",
        _decimal_of,
        "一米七五",
        "1.75米",
    ),
    rule("discount", rf"[{NINE}]{{2}}(?=折)", _digits, "八五折", "85折"),
    rule("few of a measure", rf"{D}(?={MEASURES})", _number, "两公斤", "2公斤"),
    rule(
        "catties and degrees",
        r"[三四五六七八九](?=斤|度)|零(?=度)|[二两](?=斤)",
        _number,
        "三斤",
        "3斤",
    ),
    rule(
        "numbered",
        rf"{not_after(*'同统唯每任某')}[零〇{NINE}]{{1,2}}(?=号(?![码称召令])|楼)",
        _digits,
        "三号楼",
        "3号楼",
    ),
    rule(
        "part of a duration",
        rf"{D}(?=分{N}秒|个?小时[{ALL}]*十[{ALL}]*分)",
        _number,
        "一分三十秒",
        "1分30秒",
    ),
)
