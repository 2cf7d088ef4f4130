"""`huiting report`: a day, or a stretch of days, as a page to print or as tables."""

import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import ConfigFile, StoreUrl, settings_of
from huiting.app.settings import zone_of
from huiting.app.tongue import chinese, say
from huiting.core.errors import InputError

if TYPE_CHECKING:  # loads libraries for statistics
    from huiting.app.settings import Settings
    from huiting.insights.day import Day
    from huiting.reports.day import Felt
    from huiting.store.repository import Store

BEFORE = 28
"""Days that a day is compared with: four weeks, so that weekdays are alike."""
out = Console(highlight=False)


def report(
    day: Annotated[str | None, typer.Option("--day", help=say("one day", "某一天"))] = None,
    since: Annotated[str | None, typer.Option(help=say("first day", "起始日"))] = None,
    until: Annotated[str | None, typer.Option(help=say("last day", "截止日（含）"))] = None,
    target: Annotated[
        Path | None,
        typer.Option("--out", help=say(".html, .xlsx, .csv or .parquet", "输出文件，按后缀定格式")),
    ] = None,
    language: Annotated[str | None, typer.Option(help=say("zh or en", "zh 或 en"))] = None,
    title: Annotated[str, typer.Option(help=say("of the team", "团队名称"))] = "",
    before: Annotated[
        int, typer.Option(min=0, help=say("days compared with", "对照此前多少天"))
    ] = BEFORE,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Write the report of a day, by default the last one that has calls."""
    from huiting.app.cases import read_day, stretch
    from huiting.app.database import store_of
    from huiting.app.files import make_folder

    if language not in {None, "zh", "en"}:
        raise InputError(f"--language {language}", "not known", "choose zh or en")
    if day and (since or until):
        raise InputError(f"--day {day}", "stands beside --since or --until", "give one of them")
    settings = settings_of(config, store=store)
    first = read_day(day or since, "--day" if day else "--since")
    last = read_day(day or until, "--day" if day else "--until")
    with store_of(settings) as kept:
        if first is None and last is None:
            newest = next(kept.calls(), None)
            began = newest.started_at if newest else None
            first = last = began.date() if began else None
        stretch(first, last, settings)  # refuses what is no stretch before anything is read
        found = _added_up(kept, settings, first, last, before)
        path = target or Path(f"report-{first or 'all'}.html")
        tongue = language or ("zh" if chinese() else "en")
        moods = moods_of(kept, found, tongue) if path.suffix == ".html" else {}
    make_folder(path.parent)
    made = _write(path, found, tongue, datetime.now(zone_of(settings)), title, moods)
    for written in made:
        out.print(Text(printable(str(written))), soft_wrap=True)
    if not found.calls:
        out.print(say("There are no calls in this time.", "这段时间没有通话。"))


def _added_up(
    kept: "Store", settings: "Settings", first: "date | None", last: "date | None", before: int
) -> "Day":
    from huiting.app.judging import flat
    from huiting.insights.day import DayTally
    from huiting.quality.calming import calm_downs
    from huiting.service.days import Days

    days = Days(kept, flat, None, zone_of(settings), most=sys.maxsize)
    tally = DayTally(calm_downs)
    for calls in days.within(first, last):
        tally.add_all(calls, calls.everything)
    if first and before:
        for calls in days.within(first - timedelta(before), first - timedelta(1)):
            tally.add_all_before(calls, calls.everything)
    return tally.result()


def moods_of(kept: "Store", found: "Day", language: str) -> "dict[str, Felt]":
    """Return how the parties felt in each call that the page shows one by one."""
    from huiting.reports.day import felt, shown_singly

    moods = {}
    for call in shown_singly(found):
        analysis = kept.analysis(call)
        mood = felt(analysis.call.segments, analysis.metrics.duration, language)
        if mood is not None:
            moods[call] = mood
    return moods


def _write(
    path: Path,
    found: "Day",
    language: str,
    made_at: datetime,
    title: str,
    moods: "Mapping[str, Felt]",
) -> list[Path]:
    from huiting.app.files import replace_file
    from huiting.reports.day import page
    from huiting.reports.tables import SUFFIXES, write_tables

    if path.suffix == ".html":
        replace_file(path, page(found, language, made_at, title, moods).encode())
        return [path]
    if path.suffix not in SUFFIXES:
        kinds = ", ".join((".html", *SUFFIXES))
        raise InputError(str(path), "no kind of report", f"end the name in one of {kinds}")
    return write_tables(path, found, tongue=language)
