"""What a call was about, as Markdown: intents, needs, outcome, what to do, the summary."""

from collections.abc import Iterator

from huiting.core.meaning import Meaning, Outcome, Sign, Summary
from huiting.core.wording import advice, named, pick
from huiting.exports._shown.marks import escaped, link, said

LEAST = 0.1
"""Degree from which churn and urgency are worth a line."""
_OTHERS = 4


def about(meaning: Meaning, tongue: str) -> Iterator[str]:
    """Yield a line for each thing that is known; nothing where nothing is."""
    if meaning.intents:
        main, *others = meaning.intents
        yield _line(
            ("Intent", "来电原因"),
            f"{escaped(main.name)} {main.score:.0%}",
            said(main.quotes),
            tongue,
        )
        if others:
            shown = ", ".join(f"{escaped(i.name)} {i.score:.0%}" for i in others[:_OTHERS])
            yield _line(("Also", "其他可能"), shown, "", tongue)
    if meaning.needs:
        yield _line(("Asks for", "客户诉求"), said(meaning.needs, 5), "", tongue)
    if meaning.outcome is not None:
        yield _outcome(meaning.outcome, tongue)
    yield from _sign(("May leave", "流失风险"), meaning.churn, tongue)
    yield from _sign(("Urgency", "紧急程度"), meaning.urgency, tongue)
    if meaning.advice:
        asked = pick((", ", "；"), tongue).join(advice(code, tongue) for code in meaning.advice)
        yield _line(("Next", "建议处理"), f"**{escaped(asked)}**", "", tongue)
    for document in meaning.documents:
        yield _line(
            ("Document", "知识文档"),
            link(document.title, document.link),
            escaped(document.because),
            tongue,
        )


def _line(name: tuple[str, str], value: str, why: str, tongue: str) -> str:
    head = pick(name, tongue)
    if tongue == "zh":
        return f"- {head}：{value}{f'（{why}）' if why else ''}"
    return f"- {head}: {value}{f' ({why})' if why else ''}"


def _outcome(outcome: Outcome, tongue: str) -> str:
    score = "" if outcome.score is None else f" {outcome.score:.0%}"
    value = named(outcome.kind, tongue) + score
    return _line(("Outcome", "处理结果"), value, said(outcome.quotes), tongue)


def _sign(name: tuple[str, str], sign: Sign | None, tongue: str) -> Iterator[str]:
    if sign is not None and sign.score >= LEAST:
        yield _line(name, f"{sign.score:.0%}", said(sign.quotes), tongue)


def summary(found: Summary, tongue: str) -> Iterator[str]:
    """Yield the paragraphs of a summary by a language model, and who made it."""
    yield escaped(found.text)
    facts = []
    if found.resolution:
        facts.append(_line(("Resolution", "解决情况"), escaped(found.resolution), "", tongue))
    steps = [f"  - {escaped(step)}" for step in found.next_steps]
    if steps:
        facts += [pick(("- Next steps:", "- 后续事项："), tongue), *steps]
    facts.append(_line(("Quotes", "依据"), said(found.quotes, 5), "", tongue))
    yield "\n".join(facts)
    by = escaped(found.by)
    yield pick(
        (f"*By {by}; its quotes were checked.*", f"*由 {by} 生成，引文已与原文核对。*"), tongue
    )
