"""The Chinese ITN grammar: rules for what is said in calls, in order of precedence.

The convention: phones, ids, money, dates, times, percentages and measures in
digits, with their units as spoken (号, 块, 元); H:MM when minutes are said;
counts below ten before ordinary classifiers stay words (两张, 三个月), and so do
approximations (三五天, 十几个) and fixed terms. Reads Simplified script only.
"""

import re
from collections.abc import Callable
from importlib import resources

from huiting.text._grammar import Grammar, Rule, after, keep, not_after
from huiting.text._zh_numbers import (
    read_cardinal,
    read_digits,
    write_cardinal,
    write_number,
)

_NINE = "一二三四五六七八九"
_ALL = f"零〇两十百千万亿{_NINE}"
D = f"[零〇两{_NINE}]"
"""A digit word before a unit."""
S = f"[零〇幺{_NINE}0-9]"
"""A digit of a number said digit by digit."""
N = rf"(?>(?:\d+(?=[十百千万亿])|[{_ALL}])+\d*|\d+)"
"""A whole cardinal. Arabic digits may take part: 3万5千; but 4200一 is two numbers."""
NUMBER = rf"(?>\d+\.\d+[万亿]?|{N}(?:点[零〇{_NINE}\d]++[万亿]?)?)"
"""A cardinal or a decimal."""
END = rf"(?![{_ALL}幺几\d])"
"""The number does not go on."""

_PAIRS = "一二|一两|两三|二三|三四|三五|四五|五六|六七|七八|八九"
_TRIPLES = "一二三|二三四|三四五|四五六|五六七|六七八|七八九"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

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
_COUNTED = (
    "个|天|次|条|位|名|人|件|张|份|台|部|只|家|本|项|笔|层|楼|号|年|月|周|星期|礼拜|日|小时|分钟|分|秒"
    "|折|倍|期|页|公里|公斤|斤|千克|克|米|厘米|元|块|毛|万|工作日|岁|点|级|瓶|盒|箱|包|袋|度|寸|升"
)
_MEASURES = (
    "公里|千米|公斤|千克|公分|厘米|毫米|英寸|毫升|平方米|平方|平米|千瓦|摄氏度|米|克|吨|寸|升|瓦|兆"
    "|GB|MB|TB|KB|kg|km|cm|mm|ml|KG|ML"
)
_CURRENCIES = "美元|美金|欧元|港币|港元|日元|英镑|人民币|元(?![素老旦化桥里]|一次|复始)"


def _fixed() -> str:
    """Return a pattern for the fixed terms, grouped by first character to be tried quickly."""
    text = resources.files(__package__).joinpath("zh_fixed_terms.txt").read_text("utf-8")
    terms = [line for line in text.splitlines() if line and not line.startswith("#")]
    groups: dict[str, list[str]] = {}
    for term in sorted(terms, key=len, reverse=True):
        groups.setdefault(term[0], []).append(term[1:])
    return "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in groups.items())


def _joined(match: re.Match[str]) -> str | None:
    """Join the groups of one phone, order or card number; never a list of sums or counts."""
    groups = re.split(r"[^\w]+", match[0])
    written = "".join(map(read_digits, groups))
    if all(len(group) == 1 for group in groups):
        counted = re.search("[,，、]", match[0])  # 一，二，三
        return written if len(written) > (6 if counted else 2) else None
    if "".join(groups).isascii():
        return written if _ID.fullmatch(match[0]) else None
    if min(map(len, groups)) < 2 or len(written) < 7:  # noqa: PLR2004  (shorter ones may be a list)
        return None
    return written


_ID = re.compile(
    r"20\d\d(?:0[1-9]|1[0-2])(?:,?\d)*"  # an order number that begins with its date
    r"|1[3-9]\d([ -]?)\d{4}\1\d{4}"  # a mobile number
    r"|\d{2,}(?:[ ,]0\d+)+"  # no other number begins with a zero
)
"""What recognizers write as groups of digits though it is one number."""


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


_NAMED_MINUTES = {"半": 30, "一刻": 15, "三刻": 45, "1刻": 15, "3刻": 45}


def _clock(match: re.Match[str]) -> str | None:
    """Write an hour with minutes as H:MM."""
    said = match["minute"]
    hour = read_cardinal(match["hour"])
    minute = _NAMED_MINUTES.get(said, read_cardinal(said.lstrip("零〇") or "零"))
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


def _minus(match: re.Match[str]) -> str | None:
    written = write_number(match[1])
    return written and f"-{written}"


def _cardinal(match: re.Match[str]) -> str | None:
    """Write a number of ten or more; a digit alone is left to the rules for its unit."""
    return None if len(match[0]) == 1 and match[0] != "十" else write_cardinal(match[0])


def _digits(match: re.Match[str]) -> str:
    return read_digits(match[0])


def _plate(match: re.Match[str]) -> str:
    return match[1].upper() + read_digits(match[2]).upper()


def _short_digits(match: re.Match[str]) -> str | None:
    """Write two digits when a zero or 幺 shows that they are no count."""
    return read_digits(match[0]) if set(match[0]) & set("零〇幺") else None


def _range(match: re.Match[str]) -> str | None:
    low, high = write_number(match[1]), write_number(match[3])
    return None if low is None or high is None else f"{low}{match[2]}{high}"


def _ungrouped(match: re.Match[str]) -> str:
    return match[0].replace(",", "")


def _rule(
    name: str,
    pattern: str,
    write: Callable[[re.Match[str]], str | None],
    spoken: str,
    written: str,
) -> Rule:
    return Rule(name, re.compile(pattern), write, spoken, written)


_G = rf"(?:[零〇幺{_NINE}]++|\d++)(?![十百千万亿两点年月日号块元折度.:%])"
_HOUR = rf"(?P<hour>{N})(?:点|时(?!半|[一三]刻))"
_NO_COUNT = rf"{END}(?![A-Za-z%点号日月个天次条位名人件张份台部只家块元毛倍折万亿多来])"
_SHORT_SUM_END = rf"{END}(?![A-Za-z.%点块个台件张条斤份盒瓶次位天寸本袋双套米年月号日]|包(?!邮))"

RULES = (
    # what is no number
    _rule(
        "score",
        after(*"加打扣减给得评") + "十分(?=了|吧|$|[，。！？,.!?])",
        lambda _: "10分",
        "加十分。",
        "加10分。",
    ),
    _rule("very", f"十分(?!钟|之[{_NINE}])", keep, "十分抱歉", "十分抱歉"),
    _rule("fixed term", _fixed(), keep, "七天无理由退货", "七天无理由退货"),
    _rule("weekday", rf"(?:星期|礼拜|周)[{_NINE[:6]}](?![十百千万])", keep, "周三五点", "周三5点"),
    # digits said one by one
    _rule("thousands", r"\d{1,3}(?:,\d{3})++(?![\d,])", _ungrouped, "1,286.5元", "1286.5元"),
    _rule(
        "grouped digits",
        rf"{_G}(?:[，,、 -] ?{_G})+(?![.:%])",
        _joined,
        "幺三八，零零幺三，八零零零",
        "13800138000",
    ),
    _rule(
        "plate",
        rf"([{_PROVINCES}][A-Za-z])((?: ?(?:{S}|[A-Za-z])){{5,6}})(?![A-Za-z]|{S})",
        _plate,
        "京A幺二B四五",
        "京A12B45",
    ),
    _rule("model", rf"(?<=[A-Za-z])[零〇幺{_NINE}]{{2,}}+{END}", _digits, "KFR三五", "KFR35"),
    _rule("short code", rf"{after(*_CODES)}{S}{{2,}}{END}", _digits, "尾号六六", "尾号66"),
    # approximations
    _rule(
        "some tens", rf"[几数][十百千万亿]+{END}|[{_ALL}]+几[十百千万亿]*", keep, "十几个", "十几个"
    ),
    _rule(
        "one or two",
        rf"(?:[{_ALL}]*[十百千万])?(?:{_PAIRS})[十百千万亿]*{END}",
        keep,
        "五六百",
        "五六百",
    ),
    _rule("one, two or three", rf"(?:{_TRIPLES})(?={_COUNTED}|线)", keep, "三四五个", "三四五个"),
    # relations
    _rule("hundred percent", "百分之百", lambda _: "100%", "百分之百", "100%"),
    _rule(
        "percent range",
        rf"(?P<sign>负)?(?P<base>百|千)分之(?P<low>{NUMBER})(?P<to>到|至)(?:(?P=base)分之)?"
        rf"(?P<high>{NUMBER})(?![天个年月点])",
        _percent,
        "百分之五到八",
        "5%到8%",
    ),
    _rule(
        "percent",
        rf"(?P<sign>负)?(?P<base>百|千)分之(?P<low>{NUMBER})(?P<to>)(?P<high>)",
        _percent,
        "百分之十二点五",
        "12.5%",
    ),
    _rule("fraction", rf"({N})分之({N})", _fraction, "三分之二", "2/3"),
    _rule("ratio", rf"({N})比({N}){END}(?![个天块元倍点])", _ratio, "三比二", "3:2"),
    # times
    _rule(
        "minutes",
        rf"{_HOUR}过?(?P<minute>[零〇]{D}|[{_NINE}]?十[{_NINE}]?|\d\d)分(?![之钟])",
        _clock,
        "十点零五分",
        "10:05",
    ),
    _rule(
        "few minutes",
        rf"{after(*_DAYTIMES)}{_HOUR}(?P<minute>[{_NINE}]|\d)分(?![之钟])",
        _clock,
        "下午三点五分",
        "下午3:05",
    ),
    _rule("quarter", rf"{_HOUR}(?P<minute>半|[一三13]刻)(?!个)", _clock, "两点半", "2:30"),
    _rule(
        "minutes alone",
        rf"{_HOUR}(?P<minute>[{_NINE}]?十[{_NINE}]?|[1-5]\d){_NO_COUNT}",
        _clock,
        "六点四十",
        "6:40",
    ),
    _rule(
        "minutes after zero",
        rf"{not_after(*_LEVELS)}{_HOUR}(?P<minute>[零〇][{_NINE}]|0\d){_NO_COUNT}(?!{_MEASURES})",
        _clock,
        "十二点零五",
        "12:05",
    ),
    # money
    _rule(
        "yuan and dimes",
        rf"(?P<whole>{N})[块元][零〇]?(?P<dime>[{_NINE}\d])[毛角](?:(?P<cent>[{_NINE}\d]){END}分?)?",
        _money,
        "三块五毛二",
        "3.52元",
    ),
    _rule(
        "yuan and cents",
        rf"(?P<whole>{N})[块元][零〇](?P<cent>[{_NINE}\d])分",
        _money,
        "八块零五分",
        "8.05元",
    ),
    _rule(
        "short sum",
        rf"(?P<whole>{N})块(?P<dime>[{_NINE}\d])(?:{_SHORT_SUM_END}|(?=一[斤个份张件盒瓶公位次天]))",
        _money,
        "一千二百八十六块五",
        "1286.5元",
    ),
    _rule("short dimes", rf"([{_NINE}])毛([{_NINE}]){_SHORT_SUM_END}", _dimes, "五毛五", "0.55元"),
    _rule(
        "few yuan",
        r"[零二三四五六七八九两](?=块(?:[，。！？,.!?、；的吧呢啊了就都还多]|左右|以|一[个斤份张位次]|$))",
        _number,
        "送五块",
        "送5块",
    ),
    _rule("few coins", rf"{D}(?=块钱|毛|角钱|分钱|{_CURRENCIES})", _number, "五毛钱", "5毛钱"),
    # dates
    _rule("day", rf"({N})月({N})(?=号|日)", _day, "六月十八号", "6月18号"),
    _rule("month", rf"({N})月(?![嫂饼子])", _month, "二零二三年十月", "2023年10月"),
    _rule("short year", rf"[零〇{_NINE}]{{2}}(?=年)", _digits, "九八年", "98年"),
    # measures and places
    _rule(
        "decimal of a unit",
        rf"({N})([米度])([零〇{_NINE}]{{1,2}}|\d){_SHORT_SUM_END}",
        _decimal_of,
        "一米七五",
        "1.75米",
    ),
    _rule("discount", rf"[{_NINE}]{{2}}(?=折)", _digits, "八五折", "85折"),
    _rule("few of a measure", rf"{D}(?={_MEASURES})", _number, "两公斤", "2公斤"),
    _rule(
        "catties and degrees",
        r"[三四五六七八九](?=斤|度)|零(?=度)|[二两](?=斤)",
        _number,
        "三斤",
        "3斤",
    ),
    _rule(
        "numbered",
        rf"{not_after(*'同统唯每任某')}[零〇{_NINE}]{{1,2}}(?=号(?![码称召令])|楼)",
        _digits,
        "三号楼",
        "3号楼",
    ),
    _rule(
        "part of a duration",
        rf"{D}(?=分{N}秒|个?小时[{_ALL}]*十[{_ALL}]*分)",
        _number,
        "一分三十秒",
        "1分30秒",
    ),
    # plain numbers
    _rule(
        "range",
        rf"({NUMBER})(到|至)({NUMBER})(?=(?:{_COUNTED})(?!点))",
        _range,
        "三到五个",
        "3到5个",
    ),
    _rule(
        "range beyond ten",
        rf"({D})(到|至)([{_ALL}]*[十百千万亿][{_ALL}]*)",
        _range,
        "一到十",
        "1到10",
    ),
    _rule("minus", rf"负({NUMBER})(?![块元点])", _minus, "负二十", "-20"),
    _rule("minus before a sum", rf"负(?={NUMBER}[块元])", lambda _: "-", "负二十三块六", "-23.6元"),
    _rule("decimal", rf"{N}点[零〇{_NINE}\d]++[万亿]*+(?![十百千点])", _number, "零点五", "0.5"),
    _rule("full hour", rf"(十[{_NINE}]?|二十[一二三四]?|零)点(?!{S})", _hour, "十二点", "12点"),
    _rule(
        "one o'clock",
        rf"{after(*_DAYTIMES)}(一)点(?![{_ALL}点儿也都])|(一)点(?=钟|整|前|之前|以前|左右|开始|到)",
        lambda _: "1点",
        "下午一点",
        "下午1点",
    ),
    _rule(
        "hour",
        rf"{not_after(*_POINT_CUES)}([二三四五六七八九两])点(?!{S}|{_POINTS})",
        _hour,
        "凌晨两点",
        "凌晨2点",
    ),
    _rule(
        "digits",
        rf"[零〇幺{_NINE}]{{3,}}+(?![十百千万亿两\d]|分之)",
        _digits,
        "四零零八幺零零零零二",
        "4008100002",
    ),
    _rule("two digits", rf"[零〇幺{_NINE}]{{2}}{END}(?!个)", _short_digits, "幺零", "10"),
    _rule(
        "number and its one",
        rf"[{_ALL}]*[百千万][{_NINE}](?=一[个斤张件份位年月天次台平])",
        _cardinal,
        "四千二一个月",
        "4200一个月",
    ),
    _rule("number", rf"{N}(?!幺)", _cardinal, "两万三千五百八十元", "23580元"),
)

_FIRST = "".join(sorted({t[0] for t in re.findall(r"(?:^|\|)(\w)\(\?:", _fixed())}))

GRAMMAR = Grammar(
    RULES,
    start=re.compile(rf"[{_ALL}幺几数负星礼周\d{_FIRST}]|[{_PROVINCES}](?=[A-Za-z])"),
    run=re.compile(rf"\d+(?:[.,:/%-]\d+)*|[{_ALL}幺几\d]+"),
)
