"""Words: said often, said more than elsewhere, said less."""

from collections.abc import Sequence

from huiting.insights.words import Term, Words
from huiting.web.site.reports.showing import Shown, Teller
from huiting.web.site.reports.tables import Cell, Column, Table


def shown(found: Words, teller: Teller) -> Shown:
    """Return the report of words."""
    say = teller.words.gettext
    compared = found.baseline > 0
    tables = [_table(say("Said more often"), found.rising, teller)] if compared else []
    tables += [_table(say("Said less often"), found.falling, teller)] if compared else []
    tables.append(_table(say("Said most often"), found.frequent, teller, often=True))
    asked = teller.words.ngettext(
        "%(num)s call is asked about.", "%(num)s calls are asked about.", found.calls
    )
    against = teller.words.ngettext(
        "They are compared with %(num)s other.",
        "They are compared with %(num)s others.",
        found.baseline,
    )
    asked %= {"num": teller.cells.count(found.calls).text}
    against %= {"num": teller.cells.count(found.baseline).text}
    notes = [asked, *([against] if compared else [])]
    notes.append(say("A word counts once a call, however often it is repeated there."))
    return Shown([t for t in tables if t.rows], found.calls + found.baseline, (), notes)


def _table(caption: str, terms: Sequence[Term], teller: Teller, *, often: bool = False) -> Table:
    say = teller.words.gettext
    columns = [
        Column("term", say("Word"), numeric=False),
        Column("calls", say("In the calls asked about")),
        Column("baseline", say("In the others")),
        Column("lift", say("Times as often")),
        *([] if often else [Column("sure", say("Does it hold"))]),
    ]
    rows = [_row(term, teller, often=often) for term in terms]
    return teller.sorted(Table(caption, columns, rows))


def _row(term: Term, teller: Teller, *, often: bool) -> list[Cell]:
    cells = teller.cells
    first = term.examples[0] if term.examples else None
    one = teller.leads.call(first) if first else None
    row = [
        cells.text(term.text, teller.leads.calls({"q": f'"{term.text}"'}) or one),
        cells.rate(term.calls, one),
        cells.rate(term.baseline),
        cells.number(term.lift, 1),
    ]
    return row if often else [*row, cells.sure(term.q)]
