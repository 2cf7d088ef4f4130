"""What judging history again would change, as people and scripts read it."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from huiting.app.changes import Changed, Changes, Sample
from huiting.app.display import printable
from huiting.app.tongue import say
from huiting.core.error_words import mandarin
from huiting.core.judgement import Verdict
from huiting.core.types import clock

VERDICTS = {
    Verdict.PASS: ("pass", "通过"),
    Verdict.FAIL: ("fail", "不通过"),
    Verdict.NOT_APPLICABLE: ("n/a", "不适用"),
    Verdict.UNCERTAIN: ("uncertain: listen", "不确定，请听"),
}
_COLORS = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.UNCERTAIN: "yellow"}


def shown(changes: Changes, names: Mapping[str, str]) -> Iterator[RenderableType]:
    """Yield what there is to see: verdicts now, what changes with samples, a summary.

    Args:
        changes: what judging again changes.
        names: of the rules, by id.
    """
    yield _totals(changes, names)
    for changed in changes.verdicts:
        if changed.before is not None or changes.new < changes.calls:
            yield _head(changed, names)
            yield from (_sample(sample) for sample in changed.samples)
    for problem in changes.problems:
        text = say(
            f"{problem.rule}: not judged in {problem.calls} calls: {problem.reason}",
            f"{problem.rule}：{problem.calls} 通电话未能判定：{mandarin(problem.reason)}",
        )
        yield Text(printable(text), style="yellow")
    yield Text(_summary(changes))


def as_json(changes: Changes, *, dry: bool) -> dict[str, Any]:
    """Return the changes as scripts read them."""
    return {
        "calls": changes.calls,
        "new": changes.new,
        "changed": changes.changed,
        "saved": changes.saved,
        "dry_run": dry,
        "verdicts": {
            rule: {verdict.value: counted.get(verdict, 0) for verdict in Verdict}
            for rule, counted in changes.totals.items()
        },
        "changes": [
            {
                "rule": changed.rule,
                "before": changed.before,
                "after": changed.after,
                "calls": changed.calls,
                "samples": [_sample_json(sample) for sample in changed.samples],
            }
            for changed in changes.verdicts
        ],
        "problems": [
            {"rule": p.rule, "calls": p.calls, "reason": p.reason} for p in changes.problems
        ],
    }


def _totals(changes: Changes, names: Mapping[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("rule", "规则"), no_wrap=True)
    table.add_column(say("name", "名称"), overflow="ellipsis", no_wrap=True)
    for verdict in Verdict:
        table.add_column(say(*VERDICTS[verdict]), justify="right")
    for rule, counted in changes.totals.items():
        numbers = (f"{counted.get(verdict, 0):,}" for verdict in Verdict)
        table.add_row(rule, Text(printable(names.get(rule, ""))), *numbers)
    return table


def _head(changed: Changed, names: Mapping[str, str]) -> Text:
    name = printable(names.get(changed.rule, ""))
    count = say(f"{changed.calls:,} calls", f"{changed.calls:,} 通")
    text = Text(f"{changed.rule} {name}: ", style="bold")
    return (
        text.append(_verdict(changed.before))
        .append(" → ")
        .append(_verdict(changed.after))
        .append(f"  {count}")
    )


def _verdict(verdict: Verdict | None) -> Text:
    if verdict is None:
        return Text(say("not judged", "未判定"), style="dim")
    return Text(say(*VERDICTS[verdict]), style=_COLORS.get(verdict, "none"))


def _sample(sample: Sample) -> Text:
    at = "" if sample.at is None else f"  {clock(sample.at)}"
    said = f"  “{sample.quote}”" if sample.quote else f"  {sample.note}" if sample.note else ""
    return Text("  " + printable(f"{sample.call[:8]}  {sample.name}{at}{said}"), style="dim")


def _sample_json(sample: Sample) -> dict[str, Any]:
    return {
        "call": sample.call,
        "name": sample.name.encode(errors="replace").decode(),
        "at": None if sample.at is None else round(sample.at, 3),
        "quote": sample.quote,
        "note": sample.note,
    }


def _summary(changes: Changes) -> str:
    saved = (
        say(f"{changes.saved:,} judgements saved", f"保存 {changes.saved:,} 通的判定")
        if changes.saved
        else say("nothing saved", "未保存")
    )
    return say(
        f"{changes.calls:,} calls judged, {changes.changed:,} of them change, "
        f"{changes.new:,} were never judged before; {saved}.",
        f"判定 {changes.calls:,} 通电话，其中 {changes.changed:,} 通结果有变，"
        f"{changes.new:,} 通首次判定；{saved}。",
    )
