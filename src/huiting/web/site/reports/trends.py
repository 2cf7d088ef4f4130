"""A measure over time: a table, and lines with the band in which the value may lie."""

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from huiting.insights.fields import UNNAMED
from huiting.insights.measures import Kind
from huiting.insights.trends import Point, Step, Trend
from huiting.service.listing import when
from huiting.web.site.reports import phrases
from huiting.web.site.reports.leading import by_field, by_measure
from huiting.web.site.reports.showing import Chart, Shown, Teller
from huiting.web.site.reports.tables import Cell, Column, Table

LINES = 5
"""Groups in a chart; the table has all."""
_COLOURS = ("#206bc4", "#f76707", "#2fb344", "#ae3ec9", "#d63939")


def shown(found: Trend, teller: Teller) -> Shown:
    """Return the report of a measure over time."""
    say = teller.words.gettext
    name = phrases.measure(found.measure, teller.rules, teller.language)
    by = phrases.fields(teller.language).get(found.by or "", found.by or "")
    first = {"month": say("Month from"), "week": say("Week from")}.get(found.step, say("Day"))
    columns = [Column("start", first, numeric=False), Column("value", name)]
    if found.by:
        columns.insert(0, Column("group", by, numeric=False))
    rows = [_row(point, found, teller) for point in found.points]
    table = teller.sorted(Table(name, columns, rows))
    few = sum(point.estimate.too_few for point in found.points)
    notes = [say("The band holds the true value 19 times of 20.")] if rows else []
    if few:
        notes.append(
            teller.words.ngettext(
                "%(num)s value rests on fewer than 5 calls and has no band.",
                "%(num)s values rest on fewer than 5 calls and have no band.",
                few,
            )
            % {"num": few}
        )
    calls = sum(point.estimate.of for point in found.points)
    return Shown([table], calls, [chart(found, name, teller)] if rows else [], notes)


def chart(found: Trend, name: str, teller: Teller) -> Chart:
    """Return the lines of the groups with the most calls."""
    say = teller.words.gettext
    sizes: Counter[str] = Counter()
    for point in found.points:
        sizes[point.group] += point.estimate.of
    groups = [group for group, _ in sizes.most_common(LINES)]
    starts = sorted({point.start for point in found.points if point.start})
    share = _is_share(found)
    series: list[dict[str, Any]] = []
    for group, colour in zip(groups, _COLOURS, strict=False):
        points = {p.start: p for p in found.points if p.group == group}
        series += _lines(_named(found, group, teller) or name, points, starts, (colour, share))
    names = [one["name"] for one in series if "stack" not in one]
    option = {
        "tooltip": {"trigger": "item"},
        "legend": {"top": 0, "data": names},
        "grid": {"left": 56, "right": 24, "top": 40, "bottom": 32},
        "xAxis": {"type": "category", "data": [start.isoformat() for start in starts]},
        "yAxis": {"type": "value", "scale": True, **({"name": "%"} if share else {})},
        "series": series,
    }
    left = len(sizes) - len(groups)
    title = name if not left else say("%(what)s: those with the most calls") % {"what": name}
    return Chart(title, say("%(what)s over time, with the band of chance") % {"what": name}, option)


def _lines(
    name: str, points: dict[date | None, Point], starts: Sequence[date], look: tuple[str, bool]
) -> list[dict[str, Any]]:
    """Return the line of a group, and its band as two that are stacked."""
    colour, share = look
    scale = 100.0 if share else 1.0
    found = [points[start].estimate if start in points else None for start in starts]
    ends = [one.interval if one else None for one in found]
    values = [
        round(scale * one.value, 2) if one and one.value is not None else None for one in found
    ]
    hidden = {"type": "line", "stack": f"band {name}", "stackStrategy": "all", "silent": True,
              "showSymbol": False, "lineStyle": {"opacity": 0}}  # fmt: skip
    low = [round(scale * end.low, 2) if end else None for end in ends]
    high = [round(scale * (end.high - end.low), 2) if end else None for end in ends]
    return [
        {"name": name, "type": "line", "data": values, "connectNulls": False, "symbolSize": 6,
         "lineStyle": {"color": colour}, "itemStyle": {"color": colour}},
        {**hidden, "name": f"{name} –", "data": low},
        {**hidden, "name": f"{name} +", "data": high,
         "areaStyle": {"color": colour, "opacity": 0.15}},
    ]  # fmt: skip


def _row(point: Point, found: Trend, teller: Teller) -> list[Cell]:
    group = by_field(found.by, point.group) if found.by and point.group != UNNAMED else None
    told = by_measure(found.measure)
    url = None
    if point.start and told and (group or not found.by):
        url = teller.leads.calls(told, _span(point.start, found.step, teller), group or {})
    start = point.start.isoformat() if point.start else "–"
    value = teller.cells.estimate(point.estimate, share=_is_share(found), url=url)
    row = [Cell(start, start), value]
    if found.by:
        named = _named(found, point.group, teller)
        row.insert(0, Cell(named, named, url=teller.leads.calls(group) if group else None))
    return row


def _span(start: date, step: Step, teller: Teller) -> dict[str, str]:
    """Return how the calls of a period are asked for, as far as it is within what is shown."""
    days = {Step.DAY: 1, Step.WEEK: 7}.get(step) or monthrange(start.year, start.month)[1]
    first, last = dict(teller.leads.base)["since"], dict(teller.leads.base)["until"]
    ends = when([teller.midnight(start), teller.midnight(start + timedelta(days))])
    since, until = (end for _, end in ends)
    return {"since": max(first, since), "until": min(last, until)}


def _named(found: Trend, group: str, teller: Teller) -> str:
    return phrases.value(found.by, group, teller.language) if found.by else group


def _is_share(found: Trend) -> bool:
    return found.kind is Kind.SHARE or found.measure in phrases.PER_CENT
