"""Likeness in meaning: what is not compared, and several calls at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes import CUSTOMER, says
from huiting.core.dialogue import Dialogue
from huiting.quality.dialogue import silent
from huiting.quality.operators import similar
from huiting.quality.rules.asked import Context
from rulebook import finding, rule
from unit.quality.operators.asking import dialogue, scope

WANTED = "我要退款"


def nothing() -> None:
    """Do nothing else."""


@dataclass
class Asks:
    """An `Embedder` for which what asks for a refund is all alike, and nothing else."""

    meanwhile: Callable[[], object] = field(default=nothing)
    """What another thread does while this one waits for the model."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.meanwhile()
        return np.array([[1, 0] if WANTED in text else [0, 1] for text in texts], np.float32)


def call(*texts: str) -> Dialogue:
    return dialogue(
        *(says(CUSTOMER, 4 * n, 4 * n + 2, text) for n, text in enumerate(texts)),
        duration=4.0 * len(texts),
    )


def chat(lines: int) -> list[str]:
    return [f"今天天气不错{n}" for n in range(lines)]


@pytest.mark.parametrize(
    ("lines", "demand", "expected"),
    [
        pytest.param(399, "require", "pass", id="said in the last line that is compared"),
        pytest.param(400, "require", "uncertain", id="required, and said in the first that is not"),
        pytest.param(400, "forbid", "uncertain", id="forbidden, and said in the first that is not"),
    ],
)
def test_lines_that_are_not_compared_leave_the_verdict_open(
    lines: int, demand: str, expected: str
) -> None:
    found = rule(f"{demand}: {{similar: {WANTED}}}")

    assert finding(found, call(*chat(lines), WANTED), Context(silent, Asks())).verdict == expected


def test_what_was_not_compared_is_shown() -> None:
    found = finding(
        rule(f"require: {{similar: {WANTED}}}"), call(*chat(402)), Context(silent, Asks())
    )

    shown = [(e.quote, e.note) for e in found.evidence if e.kind == "unclear"]
    note = "not compared: more than 400 lines"
    assert shown == [("今天天气不错400", note), ("今天天气不错401", note)]


def test_a_hit_among_the_lines_compared_decides() -> None:
    found = rule(f"forbid: {{similar: {WANTED}}}")

    assert finding(found, call(WANTED, *chat(400)), Context(silent, Asks())).verdict == "fail"


def test_how_often_counts_the_lines_that_were_not_compared() -> None:
    found = rule(f"forbid: {{similar: {WANTED}, times: {{at_least: 3}}}}")
    few, more = call(WANTED, *chat(400)), call(WANTED, *chat(401))

    assert finding(found, few, Context(silent, Asks())).verdict == "pass"
    assert finding(found, more, Context(silent, Asks())).verdict == "uncertain"


def test_a_call_judged_meanwhile_may_push_out_what_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(similar, "_KEPT", 3)
    operator = similar.build(WANTED)

    def ask(of: Dialogue, meanwhile: Callable[[], object] = nothing) -> list[str | None]:
        context = Context(silent, Asks(meanwhile))
        return [hit.quote for hit in operator.find(of, scope(of), context).hits]

    assert ask(call(WANTED)) == [WANTED]
    assert ask(call(WANTED, "今天下雨了"), lambda: ask(call(*chat(5)))) == [WANTED]
