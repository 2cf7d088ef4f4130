"""Times of day and dates."""

import re

from huiting.text._numbers.grammar import after, not_after, rule
from huiting.text._numbers.zh_numerals import read_cardinal, read_digits
from huiting.text._numbers.zh_shapes import ALL, END, MEASURES, NINE, D, N, S

_DAYTIMES = (
    *("凌晨", "清晨", "早上", "早晨", "上午", "中午", "正午", "下午", "午后", "傍晚", "晚上"),
    *("夜里", "夜间", "半夜", "深夜", "今晚", "明晚", "昨晚", "当晚", "每晚", "今早", "明早"),
    *("今天", "明天", "昨天", "后天", "前天", "当天", "每天", "早", "晚", "号", "日"),
    *("周一", "周二", "周三", "周四", "周五", "周六", "周日", "周末"),
)
_LEVELS = (  # what is measured by a decimal, where 七点零五 is no time
    *("汇率", "利率", "年化", "收益", "净值", "评分", "得分", "均分", "视力", "体温", "版本"),
    *("系数", "涨", "跌", "重", "长", "宽", "高", "厚", "深"),
)
_POINTS = (  # what 三点 counts when it is no time
    "建议|意见|要求|原因|需要|需求|要注意|注意|说明|疑问|问题|想法|好处|不满|诉求|希望|内容|优势|区别|条件"
)
_POINT_CUES = (
    "这",
    "那",
    "有",
    "几",
    "哪",
    "提",
    "讲",
    "第",
    "以下",
    "如下",
    "以上",
    "强调",
    "补充",
)
_NAMED_MINUTES = {"半": 30, "一刻": 15, "三刻": 45, "1刻": 15, "3刻": 45}
_HOUR = rf"(?P<hour>{N})(?:点|时(?!半|[一三]刻))"
_NO_COUNT = rf"{END}(?![A-Za-z%点号日月个天次条位名人件张份台部只家块元毛倍折万亿多来])"
_BEFORE_ONE = (*_DAYTIMES, "点到", "点至", "半到", "分到")


def _clock(match: re.Match[str]) -> str | None:
    """Write an hour with minutes as H:MM."""
    said = match["minute"]
    hour = read_cardinal(match["hour"])
    minute = _NAMED_MINUTES.get(said, read_cardinal(said.lstrip("零〇0") or "零"))
    if hour is None or minute is None or hour > 24 or minute > 59:  # noqa: PLR2004  (the clock)
        return None
    return f"{hour}:{minute:02d}"


def _hour(match: re.Match[str]) -> str | None:
    hour = read_cardinal(match[1])
    return None if hour is None or hour > 24 else f"{hour}点"  # noqa: PLR2004  (the clock)


def _day(match: re.Match[str]) -> str | None:
    month, day = read_cardinal(match[1]), read_cardinal(match[2])
    if month not in range(1, 13) or day not in range(1, 32):
        return None
    return f"{month}月{day}"


def _month(match: re.Match[str]) -> str | None:
    month = read_cardinal(match[1])
    return f"{month}月" if month in range(1, 13) else None


def _digits(match: re.Match[str]) -> str:
    return read_digits(match[0])


CLOCKS = (
    rule(
        "minutes",
        rf"{_HOUR}过?(?P<minute>[零〇]{D}|[{NINE}\d]?十[{NINE}\d]?|\d\d)分(?![之钟])",
        _clock,
        "十点零五分",
        "10:05",
    ),
    rule(
        "few minutes",
        rf"{after(*_DAYTIMES)}{_HOUR}(?P<minute>[{NINE}]|\d)分(?![之钟])",
        _clock,
        "下午三点五分",
        "下午3:05",
    ),
    rule("quarter", rf"{_HOUR}(?P<minute>半|[一三13]刻)(?!个)", _clock, "两点半", "2:30"),
    rule(
        "minutes alone",
        rf"{_HOUR}(?P<minute>[{NINE}\d]?十[{NINE}\d]?|[1-5]\d){_NO_COUNT}",
        _clock,
        "六点四十",
        "6:40",
    ),
    rule(
        "minutes after zero",
        rf"{not_after(*_LEVELS)}{_HOUR}(?P<minute>[零〇][{NINE}]|0\d){_NO_COUNT}(?!{MEASURES})",
        _clock,
        "十二点零五",
        "12:05",
    ),
)

DATES = (
    rule("day", rf"({N})月({N})(?=号|日)", _day, "六月十八号", "6月18号"),
    rule("month", rf"({N})月(?![嫂饼子])", _month, "二零二三年十月", "2023年10月"),
    rule("short year", rf"[零〇{NINE}]{{2}}(?=年)", _digits, "九八年", "98年"),
)

HOURS = (
    rule("full hour", rf"(十[{NINE}]?|二十[一二三四]?|零)点(?!{S})", _hour, "十二点", "12点"),
    rule(
        "one o'clock",
        rf"{after(*_BEFORE_ONE)}(一)点(?![{ALL}点儿也都])|(一)点(?=钟|整|前|之前|以前|左右|开始|到)",
        lambda _: "1点",
        "下午一点",
        "下午1点",
    ),
    rule(
        "hour",
        rf"{not_after(*_POINT_CUES)}([二三四五六七八九两])点(?!{S}|{_POINTS})",
        _hour,
        "凌晨两点",
        "凌晨2点",
    ),
)
