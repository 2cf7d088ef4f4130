"""Numbers that count or measure something, and so are nobody's: prices, shares, times, amounts.

A number that is read digit by digit is none of them, and a piece of one does not look like them:
it has a zero in front, or digits without their places (`五九`, not `五十九`), or no unit behind it.
A unit counts where no other word begins with it: behind the end of a number may stand `天津`.
What was said is often written in figures by now, and these do not tell how they were read: three
of them and more count as money and shares only, unless it is known how they were said (`read_as`).
"""

import re

_ARABIC = r"(?:0|[1-9]\d{0,3}|[1-9],\d{3})(?:\.\d{1,2})?"
_ONE = "[一二三四五六七八九两兩]"
_TEN = rf"(?:{_ONE}?十{_ONE}?|[廿卅]{_ONE}?)"
_HUNDRED = rf"{_ONE}百(?:[零〇]{_ONE}|{_ONE}?十{_ONE}?|{_ONE})?"
_CHINESE = rf"(?:{_ONE}[千仟](?:[零〇](?:{_TEN}|{_ONE})|{_HUNDRED}|{_ONE})?|{_HUNDRED}|{_TEN}|{_ONE}|[零〇])"
_DIGIT = "(?:one|two|three|four|five|six|seven|eight|nine)"
_TEEN = (
    "(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    rf"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -]{_DIGIT})?)"
)
_HUNDREDS = rf"(?:{_DIGIT} hundred(?: (?:and )?(?:{_TEEN}|{_DIGIT}))?|{_TEEN}|{_DIGIT})"
_ENGLISH = rf"(?:{_DIGIT} thousand(?: (?:and )?{_HUNDREDS})?|{_HUNDREDS})"
_TITLE = "(?!先生|女士|小姐|太太|经理|經理|老师|老師|师傅|師傅|总)"
_SMALL = re.compile(rf"{_ARABIC}|{_CHINESE}|{_ENGLISH}", re.IGNORECASE)
_SUM = "块钱|塊錢|块|塊|元(?![月旦宵先素女])|蚊|美元|美金|港币|港元|人民币|円|원|(?:dollars?|yuan|euros?|pounds?)\\b"
_COINS = f"毛钱|毛(?![病巾衣]){_TITLE}|角(?![度色落])|(?:bucks?|cents?)\\b"
_SHARE = "%|％|折(?!扣)|成(?!都|立|功|交|员|本|为)"
_TIME = (
    "分钟|分鐘|小时|小時|个小时|個小時|个半小时|钟头|鐘頭|秒钟|秒鐘|秒|天(?![津猫河台安下涯然气空]|花板)|个月|個月"
    "|个工作日|个星期|个礼拜|個星期|個禮拜|周(?![一二三四五六日末边围转])|点钟|點鐘|点半|點半|点整"
    "|点(?![击开评名单餐赞头心滴\\d零〇一二三四五六七八九两兩十])|點(?![擊開評名單餐\\d零〇一二三四五六七八九两兩十])"
    "|分(?![之机公店局行类期部校院支析享]|手机|\\s*[\\d一二三四五六七八九两兩十]+\\s*期)|刻钟|刻鐘|时辰"
)
_COUNT = (
    "个(?!人|体|税|性|电话|号|手机|\\s*[\\d零〇一二三四五六七八九幺两])|個(?!人|體|稅|性|電話|號|手機|\\s*[\\d零〇一二三四五六七八九幺兩])"
    "|件(?!事)|次(?!日)|遍|台(?![湾州北南中])|部(?!门|分)|张(?!家|[三四伟])|份(?!额)|套(?!餐)|箱|瓶|盒|袋|双|双鞋"
    "|条|条消息|位(?!于|置|数|是)|名(?!字|称|叫)|人(?!民|工|员|名|脸|臉)|斤|公斤|千克|升|公里|兆|单(?!位|号|子|元|独|身|据)"
    "|遍|岁|个字"
)
_ENGLISH_UNIT = (
    r"\s?(?:percent|per cent|minutes?|hours?|seconds?|days?|weeks?|months?|times|items?|pieces?"
    r"|people|o'clock|p\.?m\.?|a\.?m\.?(?! +i\b))\b"
)
_PAID = re.compile(rf"\s?多?(?:{_SUM})", re.IGNORECASE)
UNIT = re.compile(
    rf"\s?多?(?:{_SUM}|{_COINS}|{_SHARE}|(?:{_TIME}|{_COUNT}){_TITLE})|{_ENGLISH_UNIT}",
    re.IGNORECASE,
)
"""What stands behind a number that counts or measures."""
_PLAIN = re.compile(
    r"\s?(?:块钱|塊錢|分钟|分鐘|[个個]?(?:小时|小時)|[个個](?:工作日|月|星期|礼拜|禮拜)|dollars|minutes|hours|days)"
)
_SIGN = re.compile(r"[$￥¥€£]\s?$")
_OF_HUNDRED = re.compile(r"百分之\s?$")
_MANY = 3
"""Figures that are more likely a piece of a number that is read out."""
_LIMITS = (
    (re.compile(r"\s?[点點]"), 24),
    (re.compile(r"\s?分(?![钟鐘])"), 59),
    (re.compile(r"\s?[ap]\.?m\b", re.IGNORECASE), 12),
)
"""Units, and the most that there may be of them."""
_PLACES = re.compile(rf"{_CHINESE}|{_ENGLISH}", re.IGNORECASE)
_NUMERALS = re.compile(
    r"[零〇一二三四五六七八九幺两兩十百千廿卅仟]+"
    rf"|\b(?:zero|oh|double|{_DIGIT}|{_TEEN}|hundred|thousand)(?:[ -]+(?:(?:and )?(?:zero|oh|double"
    rf"|{_DIGIT}|{_TEEN}|hundred|thousand))\b)*",
    re.IGNORECASE,
)
CLOCK = re.compile(r"(?<![\d:：.])(?:[01]?\d|2[0-3])[:：][0-5]\d(?![\d:：])")
"""A time of day."""


def counts(number: str, before: str, after: str) -> bool:
    """Tell whether a number counts or measures something, and is small.

    Args:
        number: as it is written or said, whole: no digit stands beside it.
        before: the text before it.
        after: the text behind it.
    """
    if not _SMALL.fullmatch(number):
        return False
    if pays(before, after):
        return True
    whole = number.split(".", maxsplit=1)[0].replace(",", "")
    if whole.isdigit() and whole.isascii():
        if len(whole) >= _MANY:
            return after.lstrip().startswith(("%", "％"))
        if any(unit.match(after) and int(whole) > most for unit, most in _LIMITS):
            return False
    return UNIT.match(after) is not None or _OF_HUNDRED.search(before) is not None


def pays(before: str, after: str) -> bool:
    """Tell whether a number between two texts is money."""
    return _PAID.match(after) is not None or _SIGN.search(before) is not None


def plain(after: str) -> bool:
    """Tell whether what stands behind a number is a unit that nothing else begins with."""
    return _PLAIN.match(after) is not None


def read_as(spoken: str) -> bool | None:
    """Tell whether a number was said with its places (`五十九`), not digit by digit (`五九`).

    None where that cannot be told: of one digit, and of figures.
    """
    found: bool | None = None
    for numeral in _NUMERALS.findall(spoken.replace("百分之", "")):
        if len(numeral) == 1 or re.fullmatch(_DIGIT, numeral, re.IGNORECASE):
            continue
        if not _PLACES.fullmatch(numeral):
            return False
        found = True
    return found
