"""What occurs together with something: a table of all that was tested, and bars of what holds."""

from huiting.insights.causes import Causes, Together
from huiting.web.site.reports import phrases
from huiting.web.site.reports.leading import by_measure, by_trait
from huiting.web.site.reports.showing import Chart, Shown, Teller
from huiting.web.site.reports.tables import Cell, Column, Table

BARS = 15


def shown(found: Causes, teller: Teller) -> Shown:
    """Return the report of circumstances."""
    say = teller.words.gettext
    columns = [
        Column("trait", say("Circumstance"), numeric=False),
        Column("with", say("With it")),
        Column("without", say("Without it")),
        Column("lift", say("Times as often")),
        Column("difference", say("Difference, points of per cent")),
        Column("sure", say("Does it hold")),
    ]
    rows = [_row(one, teller) for one in found.found]
    name = phrases.measure(found.target, teller.rules, teller.language)
    told = teller.cells.rate(found.overall)
    notes = [
        say("%(what)s: %(share)s of these calls; %(note)s.")
        % {"what": name, "share": told.text, "note": told.note or say("none tells of it")},
        say("Together is not because: who takes the complaints line has angry callers without "
            "making them angry."),
    ]  # fmt: skip
    if found.left_out:
        left = ", ".join(found.left_out)
        notes.append(
            say("Left out, as they name calls rather than sort them: %(fields)s.")
            % {"fields": left}
        )
    if found.found and not found.significant:
        notes.append(say("Nothing that was tested holds after correction: it may all be chance."))
    table = Table(say("All circumstances that were tested"), columns, rows)
    chart = _bars(found, teller)
    return Shown([teller.sorted(table)], found.overall.of, [chart] if chart else [], notes)


def _row(one: Together, teller: Teller) -> list[Cell]:
    cells = teller.cells
    say = teller.words.gettext
    told = by_trait(one.trait)
    name = phrases.trait(one.trait, teller.rules, teller.language)
    target = by_measure(teller.question.target)
    note = say("partly told from the same lines") if one.shares_evidence else ""
    ends = one.difference.interval
    reach = f" ({cells.between(ends, share=True)})" if ends else ""
    points = cells.number(100 * one.difference.value)
    return [
        Cell(name, name, note, teller.leads.calls(told)),
        cells.rate(one.with_it, teller.leads.calls(told, target)),
        cells.rate(one.without),
        cells.number(one.lift, 2),
        Cell(f"{points.text}{reach}", one.difference.value),
        cells.sure(one.q),
    ]


def _bars(found: Causes, teller: Teller) -> Chart | None:
    held = [one for one in found.telling if one.lift is not None][:BARS]
    if not held:
        return None
    say = teller.words.gettext
    held.sort(key=lambda one: one.lift or 0.0)
    target = by_measure(found.target)
    data = []
    for one in held:
        point: dict[str, object] = {"value": round(one.lift or 0.0, 2)}
        url = teller.leads.calls(by_trait(one.trait), target)
        data.append({**point, "url": url} if url else point)
    names = [phrases.trait(one.trait, teller.rules, teller.language) for one in held]
    option = {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "grid": {"left": 160, "right": 48, "top": 8, "bottom": 44},
        "xAxis": {
            "type": "value", "name": say("Times as often"), "nameLocation": "middle",
            "nameGap": 26, "min": 0,
        },
        "yAxis": {
            "type": "category", "data": names,
            "axisLabel": {"width": 148, "overflow": "truncate"},
        },
        "series": [
            {"type": "bar", "data": data, "barMaxWidth": 18,
             "label": {"show": True, "position": "right", "color": "#7c8798", "formatter": "{c}×"}},
        ],
    }  # fmt: skip
    label = say("How many times as often as in all calls, for each circumstance that holds")
    return Chart(say("What holds after correction"), label, option, len(held))
