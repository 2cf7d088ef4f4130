"""`huiting intents`: look at the list, try it on labelled calls, learn from them.

Exit status as of the other commands; 1 from `learn` when the labels did not help and
nothing was written.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from huiting.app.display import printable
from huiting.app.labels import Label, read_labels
from huiting.app.options import ConfigFile, StoreUrl, settings_of
from huiting.app.settings import Settings
from huiting.app.tongue import say
from huiting.core.errors import InputError, UnknownCall
from huiting.core.types import Call
from huiting.quality.intents.tally import Tally, share_right, tallies

if TYPE_CHECKING:  # loads the database's libraries
    from huiting.store.repository import Store

app = typer.Typer(help=say("Why customers call.", "来电意图。"), no_args_is_help=True)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Lists = Annotated[
    list[Path] | None,
    typer.Option("--intents", help=say("list of intents (YAML)", "意图表（YAML）")),
]
Labels = Annotated[Path, typer.Argument(help=say("CSV: call,intent", "标注 CSV，列为 call,intent"))]


@app.command("list", help=say("Show the list of intents.", "显示意图表。"))
def show(intents: Lists = None, config: ConfigFile = None) -> None:
    """Print each intent, what it is about, and how many keywords and examples it has."""
    from huiting.quality.intents.sources import read_sources

    kinds = read_sources(intents or settings_of(config).intents).kinds
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in (say("intent", "意图"), say("keywords", "关键词"), say("examples", "例句"), ""):
        table.add_column(heading)
    for kind in kinds:
        counts = (str(len(kind.keywords)), str(len(kind.examples)))
        table.add_row(Text(printable(kind.name)), *counts, Text(printable(kind.about)))
    out.print(table)


@app.command("copy", help=say("Copy our list, to be edited.", "复制内置意图表以便修改。"))
def copy_list(
    folder: Annotated[Path, typer.Argument(help=say("where to", "目标文件夹"))],
) -> None:
    """Write the lists that come with Huiting into a folder; files there are kept."""
    from huiting.app.files import make_folder, replace_file

    make_folder(folder)
    for source in sorted((files("huiting.quality.intents") / "lists").iterdir(), key=str):
        if not source.name.endswith(".yaml"):
            continue
        target = folder / source.name
        if target.exists():
            raise InputError(str(target), "it is there already", "choose another folder")
        replace_file(target, source.read_bytes())
        out.print(Text(printable(str(target))), soft_wrap=True)


@app.command("test", help=say("Try the list on labelled calls.", "用已标注的通话检验意图表。"))
def try_out(
    labels: Labels, intents: Lists = None, store: StoreUrl = None, config: ConfigFile = None
) -> None:
    """Print how often the main intent, or one of the first two, is what people said."""
    from huiting.app.readers import Readers
    from huiting.quality.intents.decide import Judge
    from huiting.quality.intents.learn import resolve as meant
    from huiting.quality.intents.sources import read_sources
    from huiting.quality.intents.stage import intents_of
    from huiting.text.pronunciation import sounds_of

    settings = settings_of(config, store=store)
    sources = read_sources(intents or settings.intents)
    learnt = sources.learnt
    taught = learnt is not None and learnt.meaning > 0
    readers = Readers(settings)
    judge = Judge(
        sources.kinds, sounds_of, readers.embedder, reader=readers.wording, vectors=taught
    )
    names = (*judge.names, *(learnt.labels if learnt else ()))
    pairs, second = [], 0
    with _calls(labels, settings) as found:
        for label, call in found:
            told = [intent.name for intent in intents_of(judge.look(call), learnt)]
            wanted = meant(label.intent, names)
            pairs.append((wanted, told[0] if told else "–"))
            second += wanted in told[:2]
    _print_tallies(tallies(pairs))
    right = share_right(pairs)
    out.print(
        say(
            f"{len(pairs)} calls: main intent right {right:.1%}, one of the first two {second / len(pairs):.1%}",
            f"共 {len(pairs)} 通：主意图正确 {right:.1%}，前两个之一 {second / len(pairs):.1%}",
        )
    )


@app.command("learn", help=say("Learn from labelled calls.", "从已标注的通话学习。"))
def learn_from(
    labels: Labels,
    target: Annotated[Path, typer.Option("--out", help=say("file to write", "输出文件"))],
    intents: Lists = None,
    anyway: Annotated[  # noqa: FBT002  (typer's way to declare an option)
        bool, typer.Option("--anyway", help=say("also when it does not help", "没有改进也写出"))
    ] = False,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Learn, say by cross-validation whether it helps, and write a file where it does."""
    from huiting.app.readers import Readers
    from huiting.quality.intents.decide import Judge
    from huiting.quality.intents.learn import FEWEST, Labelled, cross_validate, learn, resolved
    from huiting.quality.intents.learnt import write
    from huiting.quality.intents.sources import LEARNT, read_sources
    from huiting.text.pronunciation import sounds_of

    if target.suffix.lower() != LEARNT:
        raise InputError(str(target), f"the name must end in {LEARNT}", f"name it …{LEARNT}")
    settings = settings_of(config, store=store)
    kinds = read_sources(intents or [p for p in settings.intents if p.suffix != LEARNT]).kinds
    readers = Readers(settings)
    judge = Judge(kinds, sounds_of, readers.embedder, reader=readers.wording, vectors=True)
    with _calls(labels, settings) as found:
        known = resolved([Labelled(judge.look(call), label.intent) for label, call in found])
    if len(known) < FEWEST:
        _nothing(
            f"{len(known)} calls are too few to learn from; label {FEWEST} or more",
            f"只有 {len(known)} 通，不足以学习；请至少标注 {FEWEST} 通",
        )
    tried = cross_validate(known)
    by_list = share_right([(t.label, t.by_list) for t in tried])
    right = share_right([(t.label, t.learnt) for t in tried])
    _print_tallies(tallies([(t.label, t.learnt) for t in tried]))
    out.print(
        say(
            f"{len(tried)} calls, each judged by what the others taught: {right:.1%} right; the list alone: {by_list:.1%}",
            f"共 {len(tried)} 通（交叉验证）：学习后正确 {right:.1%}；仅用意图表 {by_list:.1%}",
        )
    )
    if right <= by_list and not anyway:
        _nothing(
            "the labels do not improve on the list; nothing was written (--anyway to write)",
            "学习没有改进，未写出文件（--anyway 可强制写出）",
        )
    write(learn(known, right), target)
    out.print(Text(printable(str(target))), soft_wrap=True)


def _nothing(english: str, mandarin: str) -> None:
    err.print(say(english, mandarin), soft_wrap=True)
    raise typer.Exit(1)


@contextmanager
def _calls(path: Path, settings: Settings) -> Iterator[Iterator[tuple[Label, Call]]]:
    from huiting.app.database import store_of

    labels = read_labels(path)
    with store_of(settings) as kept:
        yield _looked_up(labels, kept)


def _looked_up(labels: Sequence[Label], kept: "Store") -> Iterator[tuple[Label, Call]]:
    """Yield each labelled call; one that the store does not have is the labels' mistake."""
    for label in labels:
        try:
            yield label, kept.analysis(label.call).call
        except UnknownCall as error:
            raise InputError(label.where, error.reason, error.remedy) from error


def _print_tallies(found: Sequence[Tally]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("intent", "意图"))
    for heading in (say("calls", "通数"), say("precision", "精确率"), say("recall", "召回率")):
        table.add_column(heading, justify="right")
    for tally in found:
        shares = (f"{s:.1%}" if s is not None else "–" for s in (tally.precision, tally.recall))
        table.add_row(Text(printable(tally.name)), str(tally.calls), *shares)
    out.print(table)
