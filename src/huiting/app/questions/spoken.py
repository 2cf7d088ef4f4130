"""Which words are said: often, more often than before, and not yet as hotwords."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiting.app.questions.answer import save, show, tell
from huiting.app.questions.question import Question, question
from huiting.app.tongue import say
from huiting.core.types import Role

if TYPE_CHECKING:  # loads the database's libraries
    from huiting.insights.words import Term
    from huiting.store import Store


@question
def words(
    asked: Question,
    focus: Annotated[
        str,
        typer.Argument(
            help=say(
                "calls asked about: since=2025-03-10 topic=售后", "关注的通话，如 since=2025-03-10"
            )
        ),
    ] = "all",
    baseline: Annotated[
        str | None, typer.Option(help=say("calls compared with", "对照的通话；默认为其余全部"))
    ] = None,
    by: Annotated[
        str | None, typer.Option(help=say("words of each value of a field", "按字段逐组对照"))
    ] = None,
    role: Annotated[Role | None, typer.Option(help=say("who says it", "谁说的"))] = None,
) -> None:
    """Print terms of some calls against others."""
    from huiting.insights import words as counted
    from huiting.insights.fields import parse
    from huiting.insights.known import names_in

    wanted, other = parse(focus), parse(baseline) if baseline else None
    names = names_in([wanted, *([other] if other else ())], [by] if by else ())
    if by:
        with asked.cases(names) as cases:
            groups = counted.words_by((c for c in cases if wanted.keeps(c)), by, role)
        for group in groups:
            _show_terms(f"{by} = {group.group}", group.words.rising)
        _tell_if_none(any(group.words.rising for group in groups))
        save(asked.out, groups, counted.GroupWords)
        return
    with asked.cases(names) as cases:
        found = counted.words(cases, wanted, other, role)
    for name, kind in (
        (say("rising", "上升"), found.rising),
        (say("falling", "下降"), found.falling),
        (say("frequent", "高频"), found.frequent),
    ):
        _show_terms(name, kind)
    _tell_if_none(bool(found.rising or found.falling))
    tell(
        f"{found.calls} calls against {found.baseline}",
        f"{found.calls} 通对照 {found.baseline} 通",
    )
    save(asked.out, found)


@question
def hotwords(
    asked: Question,
    known: Annotated[
        Path | None, typer.Option("--hotwords", help=say("your list", "已有热词文件"))
    ] = None,
    most: Annotated[int, typer.Option(min=1, help=say("terms tried", "最多尝试的词数"))] = 20,
    over: Annotated[
        int, typer.Option(min=1, help=say("latest calls tried on", "用最近多少通试验"))
    ] = 500,
) -> None:
    """Print new terms, and how many past transcripts each would have changed as a hotword."""
    from huiting.app.database import store_of
    from huiting.insights.words import SuggestedHotword, WordTally, suggest_hotwords
    from huiting.text.hotwords import read_hotwords

    settings = asked.settings()
    path = known or settings.hotwords
    listed = {word.text for word in read_hotwords(path)} if path else set()
    tally = WordTally()
    with store_of(settings) as kept:
        with asked.cases_of(kept, settings) as cases:
            for case in cases:
                tally.add(case, focus=True)
        fresh = [term for term in tally.new_terms() if term.text not in listed][:most]
        changed = _changed(kept, [term.text for term in fresh], over)
    found = suggest_hotwords(fresh, listed, changed.__getitem__, most)
    rows = [(s.text, str(s.calls.count), str(s.would_change)) for s in found]
    tried = say("transcripts it would change", "会改动的转写")
    if rows:
        show((say("term", "词语"), say("calls", "通话"), tried), rows)
    else:
        tell(
            "No new term is said in enough calls to be suggested.",
            "没有出现在足够多通话中、值得建议的新词。",
        )
    save(asked.out, found, SuggestedHotword)


def _changed(kept: "Store", texts: Sequence[str], over: int) -> dict[str, int]:
    """Return how many of the latest transcripts each text would change as a hotword."""
    from huiting.core.ports import Hotword
    from huiting.text.hotwords import build

    stages = {text: build(hotwords=[Hotword(text)]) for text in texts}
    changed = dict.fromkeys(texts, 0)
    for call in islice(kept.calls(), over):
        segments = kept.analysis(call.id).call.segments
        heard = [replace(s, text=s.spoken, edits=()) for s in segments]
        for text, stage in stages.items():
            changed[text] += any(stage(segment).edits for segment in heard)
    return changed


def _tell_if_none(found: bool) -> None:  # noqa: FBT001  (its only argument)
    if not found:
        tell(
            "No word is more or less frequent than chance would have it.",
            "没有哪个词的多少超出偶然。",
        )


def _show_terms(name: str, terms: "Sequence[Term]") -> None:
    from huiting.reports import wording

    rows = [
        (
            t.text,
            wording.rate(t.calls),
            wording.percent(t.baseline.share),
            f"{t.keyness:.1f}",
            f"{t.q:.2g}",
        )
        for t in terms
    ]
    if rows:
        show((name, say("calls", "通话"), say("baseline", "对照"), "G²", "q"), rows)
