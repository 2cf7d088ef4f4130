"""Percentages, fractions, ratios, ranges, decimals and plain cardinals."""

import re

from huiting.text._numbers.grammar import rule
from huiting.text._numbers.zh_numerals import read_cardinal, write_cardinal, write_number
from huiting.text._numbers.zh_shapes import ALL, COUNTED, END, NINE, NUMBER, SAID, D, N


def _percent(match: re.Match[str]) -> str | None:
    parts = [write_number(part) for part in match.group("low", "high") if part]
    mark = "‰" if match["base"] == "千" else "%"
    if None in parts:
        return None
    return ("-" if match["sign"] else "") + (match["to"] or "").join(f"{p}{mark}" for p in parts)


def _fraction(match: re.Match[str]) -> str | None:
    below, above = read_cardinal(match[1]), read_cardinal(match[2])
    if not below or not above or below == 1 or max(below, above) > 1000:  # noqa: PLR2004
        return None
    return f"{above}/{below}"


def _ratio(match: re.Match[str]) -> str | None:
    one, other = read_cardinal(match[1]), read_cardinal(match[2])
    return None if one is None or other is None else f"{one}:{other}"


def _number(match: re.Match[str]) -> str | None:
    return write_number(match[0])


def _minus(match: re.Match[str]) -> str | None:
    written = write_number(match[1])
    return written and f"-{written}"


def _cardinal(match: re.Match[str]) -> str | None:
    """Write a number of ten or more; a digit alone is left to the rules for its unit."""
    return None if len(match[0]) == 1 and match[0] != "十" else write_cardinal(match[0])


def _range(match: re.Match[str]) -> str | None:
    low, high = write_number(match[1]), write_number(match[3])
    return None if low is None or high is None else f"{low}{match[2]}{high}"


RELATIONS = (
    rule("hundred percent", "百分之百", lambda _: "100%", "百分之百", "100%"),
    rule(
        "percent range",
        rf"(?P<sign>负)?(?P<base>百|千)分之(?P<low>{NUMBER})(?P<to>到|至)(?:(?P=base)分之)?"
        rf"(?P<high>{NUMBER})(?![天个年月点])",
        _percent,
        "百分之五到八",
        "5%到8%",
    ),
    rule(
        "percent",
        rf"(?P<sign>负)?(?P<base>百|千)分之(?P<low>{NUMBER})(?P<to>)(?P<high>)",
        _percent,
        "百分之十二点五",
        "12.5%",
    ),
    rule("fraction", rf"({N})分之({N})", _fraction, "三分之二", "2/3"),
    rule("ratio", rf"({N})比({N}){END}(?![个天块元倍点])", _ratio, "三比二", "3:2"),
)

COUNTS = (
    rule(
        "range",
        rf"({SAID})(到|至)({SAID})(?=(?:{COUNTED})(?![{NINE}\d]))",
        _range,
        "三到五个",
        "3到5个",
    ),
    rule(
        "range beyond ten",
        rf"({D})(到|至)([{ALL}]*[十百千万亿][{ALL}]*+)(?![比点分])",
        _range,
        "一到十",
        "1到10",
    ),
    rule("minus", rf"负({NUMBER})(?![块元点])", _minus, "负二十", "-20"),
    rule("minus before a sum", rf"负(?={NUMBER}[块元])", lambda _: "-", "负二十三块六", "-23.6元"),
    rule("decimal", rf"{N}点[零〇{NINE}]++[万亿]*+(?![十百千点\d])", _number, "零点五", "0.5"),
)

CARDINALS = (
    rule(
        "number and its one",
        rf"[{ALL}]+(?=一[个斤张件份位年月天次台平单条本晚])",
        _cardinal,
        "四千二一个月",
        "4200一个月",
    ),
    rule("number", rf"{N}{END}(?!几|[.,:/]\d)", _cardinal, "两万三千五百八十元", "23580元"),
)
