"""Numbers said digit by digit: phones, orders, plates, models, codes."""

import re

from huiting.text._numbers.grammar import after, rule
from huiting.text._numbers.zh_numerals import read_digits
from huiting.text._numbers.zh_shapes import END, NINE, S

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_CODES = (  # what is said digit by digit even when it is short
    *(
        "尾号",
        "尾号是",
        "尾数",
        "尾数是",
        "工号",
        "工号是",
        "后两位",
        "后两位是",
        "末两位",
        "末两位是",
    ),
    *("前两位", "前两位是", "编号", "编号是", "代码", "代码是", "区号", "分机", "分机号", "验证码"),
)
_G = rf"(?:[零〇幺{NINE}]++|\d++)(?![十百千万亿两点年月日号块元折度.:%])"


def _joined(match: re.Match[str]) -> str | None:
    """Join the groups of one phone, order or card number; never a list of sums or counts."""
    groups = re.split(r"[^\w]+", match[0])
    written = "".join(map(read_digits, groups))
    if len(set(re.findall(r"[^\w]+", match[0]))) > 1 and len(written) == len(groups):
        return None
    if all(len(group) == 1 for group in groups):
        counted = re.search("[,，、]", match[0])  # 一，二，三
        return written if len(written) > (6 if counted else 2) else None
    if "".join(groups).isascii():
        return written if _ID.fullmatch(match[0]) else None
    if any(g.isascii() for g in groups) or min(map(len, groups)) < 2 or len(written) < 7:  # noqa: PLR2004  (shorter ones may be a list)
        return None
    return written


def _digits(match: re.Match[str]) -> str:
    return read_digits(match[0])


def _plate(match: re.Match[str]) -> str:
    return match[1].upper() + read_digits(match[2]).upper()


def _short_digits(match: re.Match[str]) -> str | None:
    """Write two digits when a zero or 幺 shows that they are no count."""
    return read_digits(match[0]) if set(match[0]) & set("零〇幺") else None


def _ungrouped(match: re.Match[str]) -> str:
    return match[0].replace(",", "")


_ID = re.compile(
    r"20\d\d(?:0[1-9]|1[0-2])(?:,?\d)*"  # an order number that begins with its date
    r"|1[3-9]\d([ -]?)\d{4}\1\d{4}"  # a mobile number
    r"|\d{2,}(?:[ ,]0\d+)+"  # no other number begins with a zero
)
"""What recognizers write as groups of digits though it is one number."""

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
