"""What is hidden while a call runs from who may see no personal data, and what sealing it costs.

Usage: python bench/veil.py [--shared ../shared] [--quick]

The labelled calls of `calls/open` as they were spoken, and nine lines with names, addresses and
numbers, all with their numbers written as live calls write them, are put through the veil letter by letter, as if each letter were a new partial, and
then as finals. Counted are private values of which a partial showed the beginning that the final
covers, and the letters that were shown; all of it once as it is, and once with clauses that are not
over shown too. Of the finals: how many prices, shares, times and amounts that nothing private
covers are shown. Then the microseconds and bytes that sealing costs a frame; `--quick` leaves that
out. Writes results/veil.md.
"""

import argparse
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from huiting.core.meaning import Meaning
from huiting.core.types import Call, Recording, Role, Segment, Span
from huiting.live.updates import Final, Partial
from huiting.service.live import veil as veils
from huiting.service.live.happening import Event
from huiting.service.live.veil import MORE, Veil
from huiting.text import itn
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of
from huiting.text.redaction.cover import covers_of
from huiting.text.redaction.policy import Policy
from huiting.vault.growing import Growing, growing
from huiting.vault.sealed import KeyRing

RESULTS = Path(__file__).parent / "results" / "veil.md"
LINES = (
    "请问您贵姓？",
    "我叫王小明，住在上海市浦东新区世纪大道100号东方大厦1203室。",
    "好的，王小明先生，您的邮箱是？",
    "zhang.san@example.com，谢谢。",
    "收货地址是什么？",
    "江苏省，南京市，鼓楼区，中山北路八十八号，收件人李雷。",
    "三二零一零六，一九八八，零一零一，一二三四，是我的身份证号。",
    "My name is John Smith, and I live at 221B Baker Street, London.",
    "我姓张，弓长张，名字叫张伟。",
)
BEGINNING = 2
"""Letters of a private value that give it away."""
FIND = entities_stage((), None, sounds_of)
WRITTEN = itn.build()
FRAMES = (320, 1_600, 6_400)
"""Bytes."""
PIECE = 32_000
"""Bytes that are read at once."""
EACH = 5_000
"""Frames that are written."""
TIMES = 9
"""How often; the quickest counts, for other work of the machine only adds."""
_ALL = re.compile(r".*", re.DOTALL)
_COUNTED = re.compile(
    r"(?:\d+(?:\.\d+)?|[一二三四五六七八九两十百千零]+)"
    r"(?:块|元|%|折|分钟|小时|天(?!津)|个月|个工作日|点半?(?![击\d])|次|件|台)"
)
"""What a reader would take for a price, a share, a time or an amount; coarser than the veil's own."""


@dataclass(slots=True)
class Tally:
    """What came of the letters."""

    letters: int = 0
    shown: int = 0
    begun: int = 0
    """Private values whose beginning a partial showed, and the final does not."""
    values: int = 0
    """Private values of two letters and more."""
    counted: int = 0
    """Prices, shares, times and amounts in finals, outside of what is private..."""
    seen: int = 0
    """...and of these, shown."""


def said(text: str, at: int) -> Segment:
    """Return a line as a segment."""
    return WRITTEN(
        Segment(0, None, Role.UNKNOWN, Span(at, at + 1), text, text, language=language(text))
    )


def language(text: str) -> str:
    """Return the language of a line."""
    return "en" if text.isascii() else "zh"


def private(before: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Return the places of what is private in a line, after those before."""
    placed = [said(line, at) for at, line in enumerate([*before[-veils.CONTEXT :], text])]
    call = Call(_recording(), segments=tuple(placed))
    covers = covers_of(call, FIND(call, Meaning()).entities, Policy())
    return [(c.start, c.end) for c in covers.by_segment.get(len(placed) - 1, ())]


def _recording() -> Recording:
    return Recording("live", "", 0, 0.0, 0, "", ())


def count(lines: Sequence[str], tally: Tally) -> None:
    """Put a call through the veil letter by letter."""
    veil, number = Veil(_recording(), Policy(), FIND), 0
    for at, spoken in enumerate(lines):
        segment = said(spoken, at)
        line, begun = segment.text, list[str]()
        for size in range(1, len(line) + 1):
            number += 1
            part = Partial(0, at, Span(at, at + 1), line[:size], line[:size])
            event = veil.shown(Event(number, part)).what
            begun.append(event.text.removesuffix(MORE) if isinstance(event, Partial) else "")
            tally.letters += size
            tally.shown += len(begun[-1])
        number += 1
        event = veil.shown(Event(number, Final(at, (segment,)))).what
        final = event.segments[0].text if isinstance(event, Final) else ""
        places = private(lines[:at], spoken)
        for start, end in places:
            head = line[start:end][:BEGINNING]
            if len(head) == BEGINNING and head not in final:
                tally.values += 1
                tally.begun += any(head in text for text in begun)
        for found in _COUNTED.finditer(line):
            if not any(start < found.end() and found.start() < end for start, end in places):
                tally.counted += 1
                tally.seen += found[0] in final


@contextmanager
def everything() -> Iterator[None]:
    """Show clauses that are not over, too, while inside."""
    kept = veils._OVER  # noqa: SLF001  (what would be without it is measured)
    veils._OVER = _ALL  # noqa: SLF001
    try:
        yield
    finally:
        veils._OVER = kept  # noqa: SLF001


def hidden(calls: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the table of what is hidden."""
    yield "| | private values | of which a partial showed the beginning | letters shown at any time |"
    yield "|---|---|---|---|"
    tally, without = Tally(), Tally()
    for lines in calls:
        count(lines, tally)
    with everything():
        for lines in calls:
            count(lines, without)
    for name, found in (("as it is", tally), ("unfinished clauses shown", without)):
        share = found.shown / found.letters
        yield f"| {name} | {found.values} | {found.begun} | {share:.0%} |"
    yield ""
    yield (
        f"Of {tally.counted} prices, shares, times and amounts in the finals, outside of what is "
        f"private, {tally.seen} are shown."
    )


def costs() -> Iterator[str]:
    """Yield the table of what sealing costs."""
    yield "| bytes a frame | | µs to write a frame | ms to read a megabyte | bytes on the disk |"
    yield "|---|---|---|---|---|"
    ring = KeyRing((os.urandom(32),))
    for size in FRAMES:
        for name, keys in (("clear", None), ("sealed", ring)):
            yield f"| {size} | {name} | " + " | ".join(cost(size, keys)) + " |"


def cost(size: int, ring: KeyRing | None) -> tuple[str, str, str]:
    """Return what it takes to write frames, to read them, and the bytes for each byte."""
    data, ratio = os.urandom(size), 1.0
    writing, reading = [], []
    for _ in range(TIMES):
        with tempfile.TemporaryFile(buffering=0) as file:
            grown = growing(file, "bench", ring)
            writing.append(taken(partial(write, grown, data)))
            whole = grown.size
            reading.append(taken(partial(read, grown)))
            ratio = os.fstat(file.fileno()).st_size / whole
    return f"{min(writing) / EACH * 1e6:.1f}", f"{min(reading) / whole * 1e9:.2f}", f"{ratio:.3f}"


def write(grown: Growing, data: bytes) -> None:
    """Append frames."""
    for _ in range(EACH):
        grown.append(data)


def read(grown: Growing) -> None:
    """Read all of it."""
    for at in range(0, grown.size, PIECE):
        grown.read(at, PIECE)


def taken(work: Callable[[], object]) -> float:
    """Return the seconds of this process's CPU that something takes."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def calls_of(shared: Path) -> list[list[str]]:
    """Return the lines of the labelled calls; none where they are not there."""
    truths = [
        json.loads(p.read_text("utf-8")) for p in sorted((shared / "calls/open").glob("*.json"))
    ]
    return [[turn["spoken"] for turn in truth["turns"]] for truth in truths]


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    parser.add_argument("--quick", action="store_true", help="without what sealing costs")
    options = parser.parse_args()
    calls = calls_of(options.shared)
    note = f"{len(calls)} calls of `calls/open`, and" if calls else "`calls/open` is not there:"
    parts = [
        "# What is hidden while a call runs, and what sealing costs",
        f"{note} nine lines, put through the veil letter by letter (`./dev bench veil`).",
        "\n".join(hidden([*calls, LINES])),
    ]
    if not options.quick:
        parts += ["## Sealing, seconds of one core", "\n".join(costs())]
    text = "\n\n".join(parts) + "\n"
    print(text)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
