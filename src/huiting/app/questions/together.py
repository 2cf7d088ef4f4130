"""What comes with, and what comes before, something going wrong."""

from typing import Annotated

import typer

from huiting.app.questions.answer import save, show, tell
from huiting.app.questions.question import Question, question
from huiting.app.tongue import say
from huiting.core.types import EmotionLabel, Role, clock

Within = Annotated[float, typer.Option(min=0, help=say("seconds before", "之前多少秒内"))]


@question
def causes(
    asked: Question,
    target: Annotated[
        str,
        typer.Option(
            help=say("angry, rule:ID, score<60, churn…", "结果：angry、rule:ID、score<60、churn…")
        ),
    ] = "angry",
    field: Annotated[
        list[str] | None, typer.Option(help=say("only these fields", "只看这些字段"))
    ] = None,
    word: Annotated[
        list[str] | None, typer.Option(help=say("words looked for", "关注的词语"))
    ] = None,
    everything: Annotated[  # noqa: FBT002  (typer's way to declare an option)
        bool, typer.Option("--all", help=say("also what may be chance", "含不显著的"))
    ] = False,
) -> None:
    """Print the circumstances that come with the target more often than by chance."""
    from huiting.insights.causes import causes as look
    from huiting.insights.known import names_in
    from huiting.insights.measures import measure
    from huiting.insights.traits import USUAL, Asked
    from huiting.reports import wording

    words = USUAL.words
    if word:
        words = tuple((role, w.casefold()) for w in word for role in (Role.AGENT, Role.CUSTOMER))
    wanted = measure(target)
    with asked.cases(names_in(fields=field or (), measure=target)) as cases:
        found = look(cases, wanted, Asked(fields=field, words=words))
    rows = [
        (
            wording.trait(t.trait, say),
            wording.rate(t.with_it),
            wording.rate(t.without),
            f"{t.lift:.2f}" if t.lift is not None else "–",
            f"{t.q:.2g}",
            f"{t.same_lines}/{t.with_it.count}" if t.shares_evidence else "",
        )
        for t in (found.found if everything else found.significant)
    ]
    headings = (say("circumstance", "条件"), say("with it", "有此条件"), say("without", "无此条件"))
    show((*headings, say("lift", "倍数"), "q", say("same words", "同一依据")), rows)
    overall, tested = wording.rate(found.overall), len(found.found)
    tell(
        f"{target}: {overall} of all calls; {tested} circumstances tested, 5 % false discoveries. Together is not because.",
        f"{target}：全部通话中 {overall}；共检验 {tested} 个条件，错误发现率 5%。同时出现不等于因果。",
    )
    if any(t.shares_evidence for t in found.significant):
        tell(
            f"Same words: calls in which this and {target} are told from one line. It shares its evidence, so the two are not apart.",
            f"同一依据：该条件与 {target} 由同一句话判断得出的通话数，二者共用依据，并非相互独立。",
        )
    save(asked.out, found)


@question
def outbursts(
    asked: Question,
    longer_than: Annotated[
        float, typer.Option(min=0, help=say("seconds of silence", "沉默秒数"))
    ] = 1.2,
    within: Within = 10.0,
    emotion: Annotated[
        EmotionLabel, typer.Option(help=say("what the customer begins to be", "客户情绪"))
    ] = EmotionLabel.ANGRY,
) -> None:
    """Print each outburst with the silence before it, and how many follow one."""
    from huiting.insights.moments import outbursts_after
    from huiting.reports import wording

    with asked.cases() as cases:
        found = outbursts_after(cases, longer_than, within=within, label=emotion)
    rows = [
        (
            m.name,
            m.agent,
            clock(m.span.start),
            f"{m.silence:.1f}",
            "✓" if m.follows else "",
            m.quote,
        )
        for m in found.moments
    ]
    headings = (say("recording", "录音"), say("agent", "坐席"), say("at", "时间"))
    told = (say("silence, s", "沉默(秒)"), f"> {longer_than:g}", say("said", "原话"))
    show((*headings, *told), rows)
    share, elsewhere = wording.percent(found.after.share), wording.rate(found.elsewhere)
    reach = f"{wording.between(found.interval)}; {found.after.count}/{found.after.of}"
    tell(
        f"{share} ({reach}) of outbursts follow more than {longer_than:g} s of the agent's silence; of the customer's other lines {elsewhere}.",
        f"{share}（{reach}）的情绪爆发出现在坐席沉默超过 {longer_than:g} 秒之后；客户其他语句为 {elsewhere}。",
    )
    save(asked.out, found)


@question
def before(
    asked: Question,
    word: Annotated[
        list[str] | None, typer.Option(help=say("words of the agent", "坐席说的词语"))
    ] = None,
    within: Within = 10.0,
) -> None:
    """Print circumstances just before outbursts, beside those before other moments."""
    from huiting.insights.moments import Preceding, before_outbursts, looks
    from huiting.reports import wording

    with asked.cases() as cases:
        found = before_outbursts(cases, looks(within, word))
    rows = [
        (
            wording.circumstance(p.circumstance, say),
            f"{wording.percent(p.before.share)} ({wording.between(p.interval)}; {p.before.count}/{p.before.of})",
            wording.rate(p.elsewhere),
            f"{p.q:.2g}",
        )
        for p in found
    ]
    headings = (say("comes before", "之前出现"), say("outbursts", "情绪爆发"))
    show((*headings, say("other moments", "其他时刻"), "q"), rows)
    save(asked.out, found, Preceding)
