"""What every question over calls is asked with: which calls, and where the answer goes.

`question` gives a command these options, so that each is declared once. What is not known
(a field, an agent, a rule) is refused with what there is; where no call is left, that is
said, and the command ends with status 1 as a search does that finds nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from rich.console import Console

from huiting.app.options import ConfigFile, StoreUrl, settings_of
from huiting.app.settings import Settings
from huiting.app.tongue import say

if TYPE_CHECKING:  # loads the database's libraries
    from huiting.insights.case import Case
    from huiting.insights.known import Names
    from huiting.store import Store, Which

err = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Question:
    """As it was typed, but for what is asked."""

    where: Annotated[
        str,
        typer.Option(help=say("such as agent=8001 topic=售后", "筛选，如 agent=8001 topic=售后")),
    ] = "all"
    since: Annotated[str | None, typer.Option(help=say("first day", "起始日"))] = None
    until: Annotated[str | None, typer.Option(help=say("last day", "截止日（含）"))] = None
    out: Annotated[
        Path | None,
        typer.Option(help=say(".csv, .xlsx or .parquet", "输出 .csv/.xlsx/.parquet")),
    ] = None
    store: StoreUrl = None
    config: ConfigFile = None

    def settings(self) -> Settings:
        """Return the settings in force."""
        return settings_of(self.config, store=self.store)

    @contextmanager
    def cases(self, names: "Names | None" = None) -> Iterator[Iterator["Case"]]:
        """Give the calls that are asked about, the latest first, to be read once.

        Args:
            names: those in the question, besides those of `where`.

        Raises:
            InputError: there is no such name in all of the history; raised at the end.
            Exit: there is no such call.
        """
        from huiting.app.database import store_of

        settings = self.settings()
        with store_of(settings) as kept, self.cases_of(kept, settings, names) as cases:
            yield cases

    @contextmanager
    def cases_of(
        self, kept: "Store", settings: Settings, names: "Names | None" = None
    ) -> Iterator[Iterator["Case"]]:
        """Give the same of a store that is open."""
        from huiting.app.cases import cases_of
        from huiting.insights.fields import parse
        from huiting.insights.known import Known, Names, names_in
        from huiting.store import Which

        wanted = parse(self.where)
        asked = (names or Names()) | names_in([wanted])
        listed = _listed(settings) if asked.intents else ()
        known, left = Known(asked, listed), Known(Names())
        passing = known.watch(cases_of(kept, self._which(settings)))
        yield left.watch(case for case in passing if wanted.keeps(case))
        for _ in passing:  # an answer may need fewer calls than there are names in
            pass
        if not known.complete:
            history = Known(asked, listed)
            for case in cases_of(kept, Which()):
                history.add(case)
            history.check()
        if not left.calls:
            _say_none(kept.count())

    def _which(self, settings: Settings) -> "Which":
        from huiting.app.cases import read_day, stretch

        return stretch(read_day(self.since, "--since"), read_day(self.until, "--until"), settings)


def _listed(settings: Settings) -> tuple[str, ...]:
    from huiting.quality.intents.sources import read_sources

    return tuple(kind.name for kind in read_sources(settings.intents).kinds)


def _say_none(stored: int) -> None:
    told = say(
        f"None of the {stored} calls is one of these: widen --since, --until, --where.",
        f"{stored} 通电话中没有符合条件的：请放宽 --since、--until 或 --where。",
    )
    empty = say(
        "There are no calls yet: huiting analyze.", "还没有通话：请先运行 huiting analyze。"
    )
    err.print(told if stored else empty, soft_wrap=True)
    raise typer.Exit(1)


def question(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `Question`; it gets them as its first argument."""
    hints = get_type_hints(Question, include_extras=True)
    shared = [
        Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name])
        for f in fields(Question)
    ]
    own = list(signature(command).parameters.values())[1:]

    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401  (what Typer has read)
        asked = Question(**{option.name: given.pop(option.name) for option in shared})
        command(asked, **given)

    parameters = [p.replace(kind=Parameter.KEYWORD_ONLY) for p in own] + shared
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run
