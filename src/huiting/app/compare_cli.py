"""`huiting compare`: several engines on the same recordings, side by side."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import ConfigFile, StoreUrl, settings_of
from huiting.app.settings import Settings
from huiting.app.tongue import say
from huiting.core.errors import ConfigError, InputError

if TYPE_CHECKING:  # loads the store and the pipeline
    from huiting.engines.resting import Roster
    from huiting.pipeline import Kit
    from huiting.service.comparing import Comparison, Ear, Line, Row, Sample

CORRECTED = "corrected"
"""Reference: what people corrected in the pages."""
UNITS = {"character": "CER", "word": "WER", "mixed": "MER"}
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def compare(
    recordings: Annotated[list[str], typer.Argument(help=say("what to hear", "录音"))],
    engines: Annotated[
        str, typer.Option(help=say("names, separated by commas", "引擎名称，以逗号分隔"))
    ],
    reference: Annotated[
        str,
        typer.Option(
            help=say(
                "corrected: what people corrected; or a folder with NAME.txt; none: disagreement",
                "corrected 为页面中的人工更正；或含 NAME.txt 的文件夹；不填则只比较差异",
            )
        ),
    ] = "",
    target: Annotated[
        Path | None, typer.Option("--out", help=say("all of it as JSON", "完整结果（JSON）"))
    ] = None,
    examples: Annotated[
        int, typer.Option(min=0, max=1000, help=say("lines that differ most", "差异最大的句数"))
    ] = 10,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Compare engines on the same recordings: errors, speed, memory, examples."""
    from huiting.app.files import replace_file

    settings = settings_of(config, store=store)
    names = [name.strip() for name in engines.split(",") if name.strip()]
    if len(set(names)) != len(names) or not names:
        raise ConfigError("option engines", "no name, or one twice", "write --engines a,b")
    found = compared(recordings, names, reference, settings, examples)
    out.print(table_of(found))
    for line in sentences(found):
        out.print(Text(line), soft_wrap=True)
    if target is not None:
        text = json.dumps(_plain(found), ensure_ascii=False, indent=1)
        replace_file(target, text.encode())


def compared(
    recordings: Sequence[str], engines: Sequence[str], reference: str, settings: Settings, most: int
) -> "Comparison":
    """Let each engine hear all recordings, one engine after another.

    Raises:
        InputError: there is nothing to hear, or the reference has nothing of it.
        ConfigError: there is no such engine.
        ModelUnavailable: weights are missing.
    """
    from huiting.app.recognizers import named, roster_of
    from huiting.app.wiring import threads_of
    from huiting.audio.find import find
    from huiting.engines.footprint import together
    from huiting.engines.gather import gathering
    from huiting.service.comparing import Comparing

    for name in engines:
        named(settings, name)
    files = {str(path): path for path in find(recordings).files}
    if not files:
        raise InputError(" ".join(recordings), "no audio there", "name recordings or folders")
    with _referenced(reference, settings) as lines_of:
        comparing = Comparing(samples_of(files, reference, lines_of))
    roster = roster_of(settings, threads_of(settings), gathering)
    try:
        with ears(settings, roster, files) as ear_of:
            for name in engines:
                row = comparing.hear(name, ear_of(name), partial(_told, name))
                took = together(one.took for one in roster.loaded())  # of a circuit, its parts too
                row.bytes, row.cards = took.memory, took.cards
                roster.rest(idle=0.0)  # the next one is measured alone
    finally:
        roster.close()
    return comparing.result(most)


@contextmanager
def ears(
    settings: Settings, roster: "Roster", files: dict[str, Path]
) -> "Iterator[Callable[[str], Ear]]":
    """Give what returns, by an engine's name, what hears with it and with nothing besides.

    What comes before and after recognition is loaded once, for all of them.
    """
    from huiting.app.recognizers import named
    from huiting.app.wiring import hearing_with, hints_of, kit_of
    from huiting.core.watch import Watch
    from huiting.pipeline import Source, analyze
    from huiting.service.comparing import Hearing, Sample
    from huiting.service.comparisons.job import as_written

    plain = replace(settings, emotion=False, sounds=False, names=False, speakers=1)
    with ExitStack() as stack:
        loaded: list[Kit] = []

        def ear_of(name: str) -> "Ear":
            own = named(plain, name)
            hints = hints_of(own)
            if not loaded:
                kit = stack.enter_context(kit_of(own, hints, roster=roster))
                loaded.append(replace(kit, meaning=(), documents=None))
            words = hearing_with(loaded[0], own, roster)
            _ = words.asr.rate  # loads it: what is wrong is told before the first call

            def hear(sample: Sample) -> Hearing:
                watch = Watch()
                analysis = analyze(Source(files[sample.name], sample.name), words, hints, watch)
                taken = watch.seconds.get("language", 0.0) + watch.seconds.get("asr", 0.0)
                return Hearing(as_written(analysis), taken)

            return hear

        yield ear_of


def samples_of(files: dict[str, Path], reference: str, lines_of: Any) -> "list[Sample]":  # noqa: ANN401  (a function)
    """Return what is to be heard, with what was really said.

    Raises:
        InputError: a reference was named and has nothing of these recordings.
    """
    from huiting.service.comparing import Sample

    found = [Sample(name, tuple(lines_of(path))) for name, path in files.items()]
    if reference and not any(sample.lines for sample in found):
        raise InputError(
            f"reference {reference}",
            "it has nothing of these recordings",
            "correct some lines in the pages, or put NAME.txt into the folder",
        )
    return found


@contextmanager
def _referenced(reference: str, settings: Settings) -> Iterator[Any]:
    """Give what returns the reference of a file."""
    from huiting.app.database import store_of
    from huiting.service.comparing import Line
    from huiting.store.remarks import Remarks, counting

    if reference != CORRECTED:
        folder = Path(reference) if reference else None
        if folder is not None and not folder.is_dir():
            raise InputError(reference, "no such folder", "name a folder, or write corrected")
        yield lambda path: _written(folder, path) if folder else []
        return
    with store_of(settings) as store:
        remarks = Remarks(store.database)

        def corrected(path: Path) -> "list[Line]":
            with path.open("rb") as file:
                found = remarks.corrections(file_digest(file, "sha256").hexdigest())
            return [
                Line(one.text or "", one.heard.span, one.heard.channel, one.heard.language)
                for one in counting(found).values()
            ]

        yield corrected


def _written(folder: Path, path: Path) -> "list[Line]":
    from huiting.service.comparing import Line

    text = folder / f"{path.stem}.txt"
    return [Line(text.read_text(encoding="utf-8"))] if text.is_file() else []


def table_of(found: "Comparison") -> Table:
    """Return a line an engine."""
    table = Table(box=None)
    for title in (
        say("engine", "引擎"),
        say("errors", "错误率"),
        say("speed", "速度"),
        say("memory", "内存"),
    ):
        table.add_column(title, justify="left" if title == say("engine", "引擎") else "right")
    for row in found.rows:
        rates = ", ".join(
            f"{UNITS[unit.value]} {rate.rate:.1%}" for unit, rate in sorted(row.rates.items())
        )
        table.add_row(
            row.engine,
            rates or "–",
            "–" if row.speed is None else f"{row.speed:.1f}×",
            _memory(row),
        )
    return table


def _memory(row: "Row") -> str:
    memory = "–" if row.bytes is None else f"{row.bytes / 1e6:.0f} MB"
    return memory if row.cards is None else f"{memory} + {row.cards / 1e6:.0f} MB CUDA"


def sentences(found: "Comparison") -> Iterator[str]:
    """Yield what else there is to say, a line each."""
    for row in found.rows:
        yield from _costs(row)
    for (first, second), rate in found.apart.items():
        if first < second:
            yield say(
                f"{first} and {second} differ in {rate.rate:.1%} of what they heard",
                f"{first} 与 {second} 的识别结果相差 {rate.rate:.1%}",
            )
    for one in found.examples:
        when = "" if one.span.end == float("inf") else f" {one.span.start:.1f}–{one.span.end:.1f} s"
        yield f"{printable(one.call)}{when}"
        if one.said is not None:
            yield f"  {say('said', '原话')}: {printable(one.said)}"
        for engine, text in one.heard.items():
            yield f"  {engine}: {printable(text)}"


def _costs(row: "Row") -> Iterator[str]:
    for failure in row.failures:
        yield say(
            f"{row.engine} could not hear {printable(failure.name)}: {failure.reason}",
            f"{row.engine} 未能识别 {printable(failure.name)}：{failure.reason}",
        )
    if row.again:
        yield say(
            f"{row.engine}: a second engine heard {row.again:.0f} s of {row.speech:.0f} s of speech",
            f"{row.engine}：{row.speech:.0f} 秒语音中有 {row.again:.0f} 秒由第二引擎复听",
        )
    if row.elsewhere:
        yield say(
            f"{row.engine}: the fallback heard {row.elsewhere:.0f} s of {row.speech:.0f} s of speech",
            f"{row.engine}：{row.speech:.0f} 秒语音中有 {row.elsewhere:.0f} 秒由备用引擎识别",
        )


def _told(engine: str, name: str) -> None:
    err.print(Text(f"{engine}: {printable(name)}"), soft_wrap=True)


def _plain(found: "Comparison") -> dict[str, Any]:
    """Return all of it as JSON has it; the end of a whole call is null."""
    rows = [
        {
            **asdict(row),
            "rates": {unit.value: asdict(rate) for unit, rate in row.rates.items()},
            "speed": row.speed,
        }
        for row in found.rows
    ]
    apart = [{"from": a, "to": b, **asdict(rate)} for (a, b), rate in found.apart.items()]
    examples = [
        {**asdict(one), "span": None if one.span.end == float("inf") else asdict(one.span)}
        for one in found.examples
    ]
    return {"referenced": found.referenced, "engines": rows, "apart": apart, "examples": examples}
