"""Sums, shares and measures: 299元, $49, 7.2%, 88折, 满300减50, 2.5升.

Reads what inverse text normalization wrote. A value is plain: 3000多块 is 3000.00, and
how rough it was stays in the text.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from huiting.text.entities.candidate import COUNT, CUED, SUM, Candidate, Passage

_N = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_TIMES = {
    "十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 10**8, "億": 10**8, "만": 10_000,
    "thousand": 1000, "k": 1000, "million": 10**6, "billion": 10**9,
}  # fmt: skip
_UNITS = {
    "元": "CNY", "块": "CNY", "块钱": "CNY", "圆": "CNY", "人民币": "CNY", "rmb": "CNY", "yuan": "CNY", "¥": "CNY",
    "美元": "USD", "美金": "USD", "刀": "USD", "$": "USD", "dollars": "USD", "dollar": "USD", "bucks": "USD",
    "欧元": "EUR", "€": "EUR", "euros": "EUR", "euro": "EUR", "英镑": "GBP", "£": "GBP", "pounds": "GBP", "pound": "GBP",
    "日元": "JPY", "日币": "JPY", "円": "JPY", "yen": "JPY", "港币": "HKD", "港元": "HKD", "台币": "TWD", "韩元": "KRW",
    "원": "KRW", "won": "KRW", "毛": "CNY", "角": "CNY", "分钱": "CNY", "cents": "USD", "cent": "USD",
}  # fmt: skip
_SMALL = {
    "毛": Decimal("0.1"),
    "角": Decimal("0.1"),
    "分钱": Decimal("0.01"),
    "cents": Decimal("0.01"),
    "cent": Decimal("0.01"),
}
_LUMPS = "电池|屏|板|蛋糕|肥皂|手表|布|砖|玻璃|地方?|牌|硬盘|肉|糖|田|石头|儿|去|来|走"
"""What comes by the 块 and is no money."""
_MONEY = re.compile(
    rf"(?P<sign>[¥$€£])\s?(?P<a>{_N})(?:\s?(?P<x>万|亿|(?:million|billion|thousand|k)\b))?(?:元|块)?"
    rf"|(?P<b>{_N})(?P<rough>多|来|余|几)?\s?(?P<y>[万亿億만千百]|thousand|million)?(?:多|余)?\s?"
    rf"(?:(?<=[万만\s])(?P<man>\d{{1,4}})(?=円|원|元|块))?(?P<unit>元|块钱|块(?!{_LUMPS})|圆|人民币|美元|美金|欧元|英镑|日元|日币|港币"
    r"|港元|台币|韩元|円|원|分钱|[毛角](?=钱|[，。、,.？?！!]|$)"
    r"|(?i:rmb|yuan|dollars?|bucks|cents?|euros?|pounds?|yen|won)\b)(?P<odd>(?<=块)\d(?!\d|[点个号月年天%.]))?钱?"
)
_LARGE = re.compile(
    rf"(?P<n>{_N})\s?(?P<x>[万亿])(?![\d一-龥]|以)|(?P<m>{_N})\s?(?P<y>[万亿])(?=起[存投]|的?(?:额度|保额|贷款|存款|本金|以[上下内]))"
)
_PAID = re.compile(
    rf"(?:[充付收花交扣减补退赔还汇存欠罚省返卖]|便宜|优惠|只要|报销|转账|平时才|[原现标报总单卖]价|[车运房]费|费用|价格)(?:[了过掉给是才要为])?(?:我们?|[您你他她])?\s?"
    rf"(?P<n>{_N})(?:(?<=\d\d)|(?=[万千]))(?P<x>[万千])?(?=[，。？！、,?!；吧呢啊了]|$|行不行|行吗|要收|以后|之后|的话|才|就)"
    rf"|(?<![\d.])(?P<m>{_N})(?:(?<=\d\d)|(?=[万千]))(?P<y>[万千])?(?=行不行|成不成|行吗|卖不卖|干不干)"
)
"""A sum without its unit, given away by what is done with it: 充了100, 500行不行."""
_WORTH = re.compile(r"保额?|赔|存|贷|额度|价|钱|付|转|赚|投|借|欠|款|花|费|收入|工资|理财")
_PERCENT = re.compile(
    rf"(?P<n>[-负]?(?:{_N}))\s?(?:%|个百分点|percent\b|per cent\b|パーセント|퍼센트|프로(?!\w))(?P<off>\s?(?:off|OFF|引き?|オフ|할인))?"
)
_FOLD = re.compile(
    r"(?<![\d.])(?P<n>\d(?:\.\d{1,2})?|\d{2})\s?折(?![叠扣腾磨旧合返])|(?P<half>半)价"
)
_WARI = re.compile(r"(?P<n>\d(?:\.\d)?)割引き?")
_OFFER = re.compile(
    rf"满\s?(?P<full>{_N})\s?(?:元|块钱?)?\s?(?:，|就|可以?|立|即|再|会)*\s?(?P<how>[减送返])\s?(?P<less>{_N})\s?(?:元|块钱?)?"
)
_MEASURES = (
    "平方米|毫安时|毫安|分贝|立方|赫兹|流明|平方公里|立方米|公里|千米|毫米|厘米|公分|英寸|公斤|千克|毫克|毫升|公升|千瓦时|千瓦|英里|海里|平米|兆"
    r"|吨|克|斤|升|米|寸|瓦|亩|度|平|GB|MB|TB|KB|(?<![2-6])G(?![A-Za-z0-9])|(?<=\d\d)G(?![A-Za-z0-9])|G(?=的?(?:流量|内存|空间|存储))|M(?![A-Za-z0-9])|kg|km|cm|mm|ml|mg"
    "|个|件|张|条|台|套|份|箱|包|瓶|盒|袋|次|节|人|名|双|部|本|辆|顿|副|把|笔|期(?![货间限待望])|方(?![便面法案式向位])|匹|颗|粒|株|只|支|枚|款|户|单|页|集|盏|桶|罐|片|间"
)
_COUNT = re.compile(
    rf"(?P<n>{_N})(?P<rough>多|来|余|几)?\s?(?P<x>[万亿千百])?(?:多|余)?\s?(?P<unit>{_MEASURES})(?!月|小时|钟头|工作日|星期|礼拜|季度|自然日|百分点)"
)
_FOREIGN_COUNT = re.compile(
    rf"(?P<n>{_N})\s?(?P<x>万|만)?\s?(?P<unit>個|本|枚|台|名|人|回|点|件|着|足|冊|杯|개|명|장|대|번|건"
    r"|(?:items?|pieces?|boxes|tickets?|people|persons|kilograms?|kilos?|pounds of|meters?|miles?|inches|liters?|gigabytes?|units?|copies|nights?|rooms?|seats?|times)\b)"
)


def find_amounts(passage: Passage) -> Iterator[Candidate]:
    """Yield sums, shares, offers and measures."""
    text = passage.text
    if not any(c.isdecimal() for c in text) and "半价" not in text:
        return
    for found in _OFFER.finditer(text):
        value = f"{_plain(found['full'])}-{_plain(found['less'])}"
        yield Candidate("coupon", found.start(), found.end(), value, CUED)
    yield from _sums(passage)
    yield from _shares(text)
    counted = _COUNT if passage.language in (None, "zh", "yue") else _FOREIGN_COUNT
    for found in counted.finditer(text):
        value = f"{_plain(found['n'], found['x'])} {found['unit']}"
        yield Candidate("quantity", found.start(), found.end(), value, COUNT)


def _sums(passage: Passage) -> Iterator[Candidate]:
    text = passage.text
    for found in _MONEY.finditer(text):
        unit = (found["sign"] or found["unit"]).lower()
        amount = _number(found["a"] or found["b"], found["x"] or found["y"])
        amount += int(found["man"] or 0)
        amount = amount * _SMALL.get(unit, 1) + Decimal(found["odd"] or 0) / 10
        currency = "JPY" if unit == "¥" and passage.language == "ja" else _UNITS[unit]
        yield Candidate("money", found.start(), found.end(), _money(amount, currency), SUM)
    for found in _PAID.finditer(text):
        amount = _number(found["n"] or found["m"], found["x"] or found["y"])
        group = "n" if found["n"] else "m"
        end = found.end("x" if group == "n" else "y")
        yield Candidate(
            "money", found.start(group), max(end, found.end(group)), _money(amount, "CNY"), COUNT
        )
    for found in _LARGE.finditer(text):
        if found["m"] or _WORTH.search(text, max(0, found.start() - 8), found.start()):
            amount = _number(found["n"] or found["m"], found["x"] or found["y"])
            end = found.end()
            yield Candidate("money", found.start(), end, _money(amount, "CNY"), COUNT)


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:.2f} {currency}"


def _shares(text: str) -> Iterator[Candidate]:
    for found in _PERCENT.finditer(text):
        share = Decimal(found["n"].replace(",", "").replace("负", "-"))
        if found["off"]:
            yield Candidate("discount", *found.span(), _plain_of(1 - share / 100), SUM)
        else:
            yield Candidate("percent", *found.span(), f"{_plain_of(share)}%", SUM)
    for found in _FOLD.finditer(text):
        digits = (found["n"] or "5").replace(".", "")
        yield Candidate("discount", *found.span(), _plain_of(Decimal(f"0.{digits}")), SUM)
    for found in _WARI.finditer(text):
        yield Candidate("discount", *found.span(), _plain_of(1 - Decimal(found["n"]) / 10), SUM)


def _number(digits: str, times: str | None = None) -> Decimal:
    return Decimal(digits.replace(",", "")) * _TIMES.get((times or "").lower(), 1)


def _plain(digits: str, times: str | None = None) -> str:
    return _plain_of(_number(digits, times))


def _plain_of(number: Decimal) -> str:
    """Return a number without the noughts that say nothing: 300, 2.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
