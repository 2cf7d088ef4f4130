"""Dates and times of day in Chinese: 明天下午3点, 下周三, 3月8号, 凌晨2点, 9:20.

A number before 点 or 号 is a time or a day only where what stands around it says so:
3点建议, 3号线, 第3点, 2.5 are none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from huiting.text.entities.candidate import TIMED, Candidate, Passage
from huiting.text.entities.when.calendar import (
    full_year,
    moment,
    month_day,
    real,
    shifted,
    week,
    weekday,
)

_DAYS = {
    "大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3,
}  # fmt: skip
_PARTS = {
    "凌晨": "NI", "清晨": "MO", "大清早": "MO", "一大早": "MO", "一早": "MO", "早上": "MO", "早晨": "MO", "上午": "MO",
    "早": "MO", "中午": "MI", "正午": "MI", "下午": "AF", "午后": "AF", "傍晚": "EV", "晚上": "EV", "晚间": "EV",
    "夜里": "NI", "半夜": "NI", "深夜": "NI", "午夜": "NI", "夜间": "NI", "晚": "EV",
}  # fmt: skip
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6} | {
    str(n): n - 1 for n in range(1, 8)
}
_WEEKS = {
    "上": -1,
    "上个": -1,
    "上上": -2,
    "上上个": -2,
    "这": 0,
    "这个": 0,
    "本": 0,
    "下": 1,
    "下个": 1,
    "下下": 2,
    "下下个": 2,
}
_YEARS = {"前": -2, "去": -1, "今": 0, "本": 0, "明": 1, "后": 2}
_HAN = {
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "半": 0,
}

_WHICH = r"上上个?|下下个?|上个?|这个?|本|下个?"
_PART = "|".join(sorted((p for p in _PARTS if len(p) > 1), key=len, reverse=True))
_DAY = re.compile(
    rf"(?P<rel>大前|大后|[昨今明])(?:天|日|儿(?:个)?)(?!地|头|命)|(?P<rel2>[前后])天(?![性赋])|(?P<eve>[昨今明当])(?P<evepart>晚上?|早上?|晨|夜)(?!点儿?|已|期|会|安)"
    rf"|(?P<week>{_WHICH})?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天]|[1-7](?![\d.]))(?!体|样|年|月)"
    rf"|(?P<weekend>{_WHICH})?(?:周末|礼拜末)|(?P<wk>上上个?|下下个?|上个?|下个?|这个?|本)(?:周|星期|礼拜)(?![一二三四五六日天末\d期])"
    r"|(?P<ago>\d+|[一两二三四五六七八九十半])(?P<agoge>个)?(?P<agounit>天|周|星期|礼拜|月|年)(?:之|以)?(?P<agodir>[前后])(?!腿)"
    r"|(?P<y>\d{4}|\d{2})年(?:的?(?P<ym>\d{1,2})月(?:份)?(?:(?P<yd>\d{1,2})[日号]?)?)?"
    r"|(?P<ry>[去今明前本])年(?:的?(?P<rym>\d{1,2})月(?:份)?(?:(?P<ryd>\d{1,2})[日号]?)?)?(?!级|龄|轻)"
    r"|(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号]?(?![\d:]|个|点)|份|底|初|中旬|上旬|下旬|末)|(?<!个)(?<!\d)(?P<mo>\d{1,2})月(?!租|费|\d)"
    rf"|(?P<rm>{_WHICH})月(?:份|底|初|末|中旬)?(?:的?(?P<rmd>\d{{1,2}})[日号])?"
    r"|(?P<end>(?<![个\d份满])月(?:底|初|末))(?!薪)"
    r"|(?P<iso>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?!\d)"
    r"|(?<![\d第工楼路街巷弄线型码按房桌座门前拨打键期栋幢款])(?P<dn>[12]\d|3[01]|[1-9])(?:号|日)(?!楼|线|码|单|门|桌|键|机|店|房|坐|座|馆|厅|院|库|柜|台|字|球|位|车|链|仓|窗|元|院|屏|电|键|为您|位您|客|话|链|文|产|专)"
)
_CLOCK = re.compile(
    rf"(?P<part>{_PART}|(?<![今明昨当])[早晚](?=\d{{1,2}}[点:]))?(?:的|大概|大约|差不多|，)?\s?(?:(?P<h>\d{{1,2}})(?::(?P<m>\d{{2}})(?::\d{{2}})?(?![\d:])"
    r"|[点點时](?:钟|整)?(?:(?P<half>半)|(?P<quarter>[一三13])刻|(?:过)?(?P<mm>\d{1,2})(?:分|(?![\d.点个元块折号月天%:]))(?!钟))?(?:钟|整)?))"
)
_NO_CLOCK_AFTER = re.compile(
    r"建议|意见|原因|要求|问题|内容|注意|好处|不|小|的?优惠|经验|水|心|东西|钱|便宜|多?积分|赞|名|击|餐|[一-龥]?事|个|[倍折]"
)
_NO_CLOCK_BEFORE = re.compile(r"(?:[第讲提有这那共得加减扣积评比了几差\d.:]|\d[-/])$")
_CLOCK_AFTER = re.compile(
    r"[，。？！、,.?!\s]|$|[前后左右到至之以开关上下出起来去见打回送取发集吧呢吗的有可能要会过结休营送放办约多\-~～]|还|就|才|那|能|没|都|我|您|你|给"
)
_PART_ONLY = re.compile(rf"(?P<part>{_PART})(?!好|班|茶|饭|餐|觉|安)")
_JOIN = re.compile(r"(?:的|，|,|\s|大概|大约|差不多)*")
_HINT = re.compile(r"[\d天周年月晚早晨夜儿]|星期|礼拜|昨日|今日|明日")


@dataclass(frozen=True, slots=True)
class _Clock:
    start: int
    end: int
    hour: int
    minute: int
    part: str | None


def find_times(passage: Passage) -> Iterator[Candidate]:
    """Yield dates (`date`) and times of day, with their date where it is said (`time`)."""
    text = passage.text
    if not _HINT.search(text):
        return
    day = passage.began.date() if passage.began else None
    clocks = [*_clocks(text)]
    taken: set[int] = set()
    for found in _DAY.finditer(text):
        value, part, end = _day(found, day)
        if value is None:
            continue
        clock = _following(clocks, text, end)
        if clock is not None:
            taken.add(clock.start)
            hour = _hour(clock.hour, clock.part or part)
            yield Candidate(
                "time", found.start(), clock.end, moment(value, hour, clock.minute), TIMED
            )
            continue
        spoken = _PART_ONLY.match(text, _JOIN.match(text, end).end())  # type: ignore[union-attr]  # it matches nothing, too
        if spoken and part is None:
            part, end = _PARTS[spoken["part"]], spoken.end()
        kind = "time" if part else "date"
        yield Candidate(kind, found.start(), end, moment(value, None, None, part), TIMED)
    last: str | None = None
    for clock in clocks:
        if clock.start not in taken:
            hour = _hour(clock.hour, clock.part or _carried(last, text, clock))
            yield Candidate("time", clock.start, clock.end, moment("", hour, clock.minute), TIMED)
        last = clock.part or last


def _carried(part: str | None, text: str, clock: _Clock) -> str | None:
    """Return the part of the day of an hour before, in 下午3点到5点."""
    joined = re.search(r"[到至\-~～]$", text[: clock.start])
    return part if joined and part in ("下午", "晚上", "傍晚", "AF", "EV") else None


def _following(clocks: list[_Clock], text: str, end: int) -> _Clock | None:
    joined = _JOIN.match(text, end)
    assert joined is not None
    return next((c for c in clocks if end <= c.start <= joined.end()), None)


def _clocks(text: str) -> Iterator[_Clock]:
    for found in _CLOCK.finditer(text):
        part, hour = found["part"], int(found["h"])
        minute = int(found["m"] or found["mm"] or 0)
        if found["half"] or found["quarter"]:
            minute = 30 if found["half"] else 15 * {"一": 1, "1": 1}.get(found["quarter"], 3)
        plain = not (part or found["m"] or found["half"] or found["quarter"] or found["mm"])
        start = found.start("part") if part else found.start("h")
        if hour > 24 or minute > 59 or (plain and not _is_clock(found, text)):  # noqa: PLR2004  (a clock's)
            continue
        if not part and _NO_CLOCK_BEFORE.search(text, max(0, start - 2), start):
            continue
        yield _Clock(start, found.end(), hour, minute, _PARTS.get(part or "") and part)


def _is_clock(found: re.Match[str], text: str) -> bool:
    """Tell whether a bare N点 is an hour."""
    if found[0].endswith("时"):
        return False
    if found[0].endswith(("钟", "整")):
        return True
    if _NO_CLOCK_AFTER.match(text, found.end()):
        return False
    return bool(
        _CLOCK_AFTER.match(text, found.end())
        or _DAY.search(text, max(0, found.start() - 4), found.start())
    )


def _hour(hour: int, part: str | None) -> int:
    """Return the hour of 24 that is meant in a part of the day; 24 is the next midnight."""
    code = _PARTS.get(part or "", part)
    if code == "AF" and hour < 12:  # noqa: PLR2004  (noon)
        return hour + 12
    if code == "MI" and hour < 4:  # noqa: PLR2004  (中午1点)
        return hour + 12
    if code == "EV" and 4 <= hour <= 12:  # noqa: PLR2004  (晚上12点)
        return hour + 12
    if code == "NI":
        if part == "凌晨" or hour < 6:  # noqa: PLR2004
            return hour % 12
        return hour + 12 if hour <= 12 else hour  # noqa: PLR2004
    return hour


def _day(found: re.Match[str], day: date | None) -> tuple[str | None, str | None, int]:
    """Return the day that was found, the part of it that its word holds, and where it ends."""
    end = found.end()
    if found["eve"]:
        if found["eve"] == "当":
            return None, None, end
        part = "EV" if found["evepart"][0] == "晚" else "NI" if found["evepart"] == "夜" else "MO"
        return _relative(day, _DAYS[found["eve"]], found[0][0] + "天"), part, end
    if found["rel"] or found["rel2"]:
        return _relative(day, _DAYS[found["rel"] or found["rel2"]], found[0]), None, end
    return _of_week(found, day) or _of_year(found, day) or _of_month(found, day), None, end


def _relative(day: date | None, days: int, said: str) -> str:
    return said if day is None else f"{shifted(day, days=days):%Y-%m-%d}"


def _of_week(found: re.Match[str], day: date | None) -> str | None:
    if found["wd"]:
        weeks = _WEEKS[found["week"]] if found["week"] else None
        return (
            found[0] if day is None else f"{weekday(day, _WEEKDAYS[found['wd']], weeks):%Y-%m-%d}"
        )
    if found[0].endswith(("周末", "礼拜末")):
        return (
            found[0]
            if day is None
            else week(day, _WEEKS.get(found["weekend"] or "这", 0), weekend=True)
        )
    if found["wk"]:
        return found[0] if day is None else week(day, _WEEKS[found["wk"]])
    if not found["ago"]:
        return None
    sign = -1 if found["agodir"] == "前" else 1
    if found["agounit"] == "月" and not found["agoge"]:
        return None
    return _ago(found, day, sign)


def _ago(found: re.Match[str], day: date | None, sign: int) -> str:
    said, unit = found["ago"], found["agounit"]
    number = int(said) if said.isdecimal() else _HAN[said]
    if day is None or number == 0 or number > 3650:  # noqa: PLR2004  (半年前 is no day)
        return found[0]
    match unit:
        case "天":
            return f"{shifted(day, days=sign * number):%Y-%m-%d}"
        case "月":
            return f"{shifted(day, months=sign * number):%Y-%m}"
        case "年":
            return f"{day.year + sign * number:04}"
    return week(day, sign * number)


def _of_year(found: re.Match[str], day: date | None) -> str | None:
    if found["iso"]:
        year, month, number = (int(n) for n in re.split(r"[-/.]", found["iso"]))
        exact = real(year, month, number)
        return f"{exact:%Y-%m-%d}" if exact else None
    if found["y"]:
        if len(found["y"]) == 2 and not found["ym"]:  # noqa: PLR2004  (20年 is a duration)
            return None
        return _ymd(full_year(found["y"]), found["ym"], found["yd"])
    if found["ry"]:
        if day is None:
            return found[0]
        return _ymd(day.year + _YEARS[found["ry"]], found["rym"], found["ryd"])
    return None


def _ymd(year: int, month: str | None, number: str | None) -> str | None:
    if month is None:
        return f"{year:04}"
    exact = real(year, int(month), int(number or 1))
    if exact is None:
        return None
    return f"{exact:%Y-%m-%d}" if number else f"{exact:%Y-%m}"


def _of_month(found: re.Match[str], day: date | None) -> str | None:
    if found["m"] or found["mo"]:
        return month_day(
            day, int(found["m"] or found["mo"]), int(found["d"]) if found["d"] else None
        )
    if found["end"]:
        return f"{day:%Y-%m}" if day else found[0]
    if found["rm"]:
        if day is None:
            return found[0]
        then = shifted(day.replace(day=1), months=_WEEKS[found["rm"]])
        return _ymd(then.year, str(then.month), found["rmd"])
    if found["dn"]:
        number = int(found["dn"])
        if day is None:
            return f"---{number:02}"
        near = [d for k in (-1, 0, 1) if (d := _in_month(day, k, number)) is not None]
        return f"{min(near, key=lambda d: abs(d - day)):%Y-%m-%d}"
    return None


def _in_month(day: date, months: int, number: int) -> date | None:
    then = shifted(day.replace(day=1), months=months)
    return real(then.year, then.month, number)
