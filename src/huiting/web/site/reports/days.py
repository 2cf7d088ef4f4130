"""Some days beside the four weeks before: rules, hours, what to hear."""

from collections.abc import Iterable

from huiting.insights.day import BadMoment, Day, Hour, RuleDay, ScoreDay
from huiting.reports.wording import problem
from huiting.web.site.naming import named
from huiting.web.site.reports.leading import by_measure
from huiting.web.site.reports.showing import Chart, Shown, Teller
from huiting.web.site.reports.tables import Cell, Column, Table


def shown(found: Day, teller: Teller) -> Shown:
    """Return the report of days."""
    say, cells = teller.words.gettext, teller.cells
    notes = [
        say("%(num)s calls, against %(before)s in the four weeks before.")
        % {"num": cells.count(found.calls).text, "before": cells.count(found.before).text},
        say("Angry customers: %(share)s; %(note)s.")
        % {"share": cells.rate(found.angry).text, "note": cells.rate(found.angry).note or "–"},
    ]
    if found.judged < found.calls:
        left = cells.count(found.calls - found.judged).text
        notes.append(say("%(num)s of the calls were judged by no rule.") % {"num": left})
    tables = [
        _rules(found.rules, teller), _scores(found.scores, teller), _moments(found.moments, teller),
        _hear(found, teller),
    ]  # fmt: skip
    charts = [_hours(found.hours, teller)] if any(hour.calls for hour in found.hours) else []
    return Shown([table for table in tables if table.rows], found.calls, charts, notes)


def _rules(found: Iterable[RuleDay], teller: Teller) -> Table:
    say, cells, leads = teller.words.gettext, teller.cells, teller.leads
    columns = [
        Column("rule", say("Rule"), numeric=False),
        Column("severity", say("Severity"), numeric=False),
        Column("failed", say("Failed")),
        Column("before", say("Before")),
        Column("uncertain", say("To be heard")),
    ]
    rows = [
        [
            cells.text(rule.name, leads.calls({"rule": rule.rule})),
            cells.text(named(rule.severity, teller.language)),
            cells.rate(rule.failed, leads.calls({"rule": rule.rule, "verdict": "fail"})),
            cells.rate(rule.before),
            cells.count(rule.uncertain, leads.calls({"rule": rule.rule, "verdict": "uncertain"})),
        ]
        for rule in found
    ]
    return teller.sorted(Table(say("Rules"), columns, rows))


def _scores(found: Iterable[ScoreDay], teller: Teller) -> Table:
    say, cells = teller.words.gettext, teller.cells
    columns = [
        Column("card", say("Scorecard"), numeric=False),
        Column("mean", say("Score")),
        Column("was", say("Before")),
        Column("lost", say("Fatal item failed")),
    ]
    fatal = teller.leads.calls(by_measure("fatal"))
    rows = [
        [
            cells.text(card.scorecard), cells.mean(card.mean), cells.mean(card.before),
            cells.rate(card.fatal, fatal),
        ]
        for card in found
    ]  # fmt: skip
    return teller.sorted(Table(say("Scores"), columns, rows))


def _moments(found: Iterable[BadMoment], teller: Teller) -> Table:
    say, cells = teller.words.gettext, teller.cells
    columns = [
        Column("what", say("What happened"), numeric=False),
        Column("who", say("Agent"), numeric=False),
        Column("quote", say("What was said"), numeric=False),
    ]
    language = teller.language
    rows = [
        [
            cells.text(
                problem(moment.what, lambda en, zh: zh if language == "zh" else en),
                teller.leads.call(moment.call, moment.span.start),
            ),
            cells.text(moment.agent),
            cells.text(moment.quote),
        ]
        for moment in found
    ]
    return teller.sorted(Table(say("Worst moments"), columns, rows))


def _hear(found: Day, teller: Teller) -> Table:
    say, cells = teller.words.gettext, teller.cells
    columns = [
        Column("rules", say("The machine is not sure of"), numeric=False),
        Column("call", say("Listen at"), numeric=False),
    ]
    rows = []
    for one in found.uncertain:
        at = one.span.start if one.span else 0.0
        minutes, seconds = divmod(int(at), 60)
        place = Cell(f"{minutes}:{seconds:02}", at, url=teller.leads.call(one.call, at))
        rows.append([cells.text(", ".join(one.rules)), place])
    return teller.sorted(Table(say("To be heard"), columns, rows))


def _hours(hours: Iterable[Hour], teller: Teller) -> Chart:
    say = teller.words.gettext
    found = list(hours)
    option = {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 40, "right": 16, "top": 40, "bottom": 32},
        "xAxis": {"type": "category", "data": [f"{n:02}" for n in range(len(found))]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"name": say("Calls"), "type": "bar", "data": [hour.calls for hour in found]},
            {
                "name": say("Calls with an angry customer"), "type": "bar",
                "data": [hour.angry.count for hour in found],
            },
        ],
    }  # fmt: skip
    return Chart(
        say("Calls by hour"), say("Calls of each hour, and those with an angry customer"), option
    )
