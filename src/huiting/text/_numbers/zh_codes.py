"""Numbers said digit by digit: phones, orders, plates, models, codes."""

import re

from huiting.text._numbers.grammar import after, rule
from huiting.text._numbers.groups import joined
from huiting.text._numbers.zh_numerals import read_digits
from huiting.text._numbers.zh_shapes import END, NINE, S

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_CODES = tuple(  # what is said digit by digit even when it is short
    name + copula
    for name in [
        "尾号",
        "尾数",
        "工号",
        "后两位",
        "末两位",
        "前两位",
        "编号",
        "代码",
        "区号",
        "分机",
        "分机号",
        "验证码",
    ]
    for copula in ("", "是")
)
_G = rf"(?:[零〇幺{NINE}]++|\d++)(?![十百千万亿两点年月日号块元折度.:%])"


def _joined(match: re.Match[str]) -> str | None:
    """Join the groups of one phone, order or card number; never a list of sums or counts."""
    if match[0].isascii():
        return joined(match[0])
    groups = re.split(r"[^\w]+", match[0])
    written = "".join(map(read_digits, groups))
    if all(len(group) == 1 for group in groups):
        return joined(read_digits(match[0]).replace("，", ",").replace("、", ","))
    if any(group.isascii() for group in groups):
        return None
    long = min(map(len, groups)) > 1 and len(written) > 6  # noqa: PLR2004  (else maybe a list)
    return written if long else None


def _digits(match: re.Match[str]) -> str:
    return read_digits(match[0])


def _plate(match: re.Match[str]) -> str:
    return match[1].upper() + read_digits(match[2]).upper()


def _short_digits(match: re.Match[str]) -> str | None:
    """Write two digits when a zero or 幺 shows that they are no count."""
    return read_digits(match[0]) if set(match[0]) & set("零〇幺") else None


def _ungrouped(match: re.Match[str]) -> str:
    return match[0].replace(",", "")


CODES = (
    rule("thousands", r"\d{1,3}(?:,\d{3})++(?![\d,])", _ungrouped, "1,286.5元", "1286.5元"),
    rule(
        "grouped digits",
        rf"{_G}(?:[，,、 -] ?{_G})+(?![.:%])",
        _joined,
        "幺三八，零零幺三，八零零零",
        "13800138000",
    ),
    rule(
        "plate",
        rf"([{PROVINCES}][A-Za-z])((?: ?(?:{S}|[A-Za-z])){{5,6}})(?![A-Za-z]|{S})",
        _plate,
        "京A幺二B四五",
        "京A12B45",
    ),
    rule("model", rf"(?<=[A-Za-z])[零〇幺{NINE}]{{2,}}+{END}", _digits, "KFR三五", "KFR35"),
    rule("short code", rf"{after(*_CODES)}{S}{{2,}}{END}", _digits, "尾号六六", "尾号66"),
)

LONE_DIGITS = (
    rule(
        "digits",
        rf"[零〇幺{NINE}]{{3,}}+(?![十百千万亿两\d]|分之)",
        _digits,
        "四零零八幺零零零零二",
        "4008100002",
    ),
    rule("two digits", rf"[零〇幺{NINE}]{{2}}{END}(?!个)", _short_digits, "幺零", "10"),
)
