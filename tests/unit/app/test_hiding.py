from dataclasses import replace
from pathlib import Path

import pytest

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.app.hiding import hiding, hiding_lines
from huiting.app.judging import context_of, flat
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.app.understanding import stages_of
from huiting.core.dialogue import Dialogue
from huiting.core.meaning import Entity, EntitySource, Meaning
from huiting.core.types import Role, Span
from huiting.quality.rules.asked import Scope

PLAIN = Settings(names=False)
CALL = call(
    says(CUSTOMER, 0, 3, "我叫张伟，电话13800138000，付了300元。"),
    says(AGENT, 4, 8, "张伟您好，13800138000对吧，会员VIP88。"),
    says(AGENT, 9, 12, "尾号8000，我是工号8001。"),
)
NEVER_TOLD = flat(analysis(CALL))
SECRETS = ("张伟", "13800138000", "尾号8000")


def entity(kind: str, segment: int, start: int, end: int, value: str) -> Entity:
    text = CALL.segments[segment].text[start:end]
    return Entity(kind, segment, start, end, text, value, Span(0, 1), EntitySource.PATTERN)


def shown(dialogue: Dialogue, settings: Settings = PLAIN) -> list[str]:
    hide = hiding_lines(settings)
    assert hide is not None
    return [hide(dialogue)[line.segment] for line in dialogue.lines]


def test_what_was_never_looked_for_is_looked_for_before_it_is_shown() -> None:
    assert NEVER_TOLD.meaning.entities == ()
    assert shown(NEVER_TOLD) == [
        "我叫[PERSON]，电话[PHONE]，付了300元。",
        "[PERSON]您好，[PHONE]对吧，会员VIP88。",
        "尾号[DIGITS]，我是工号8001。",
    ]


def test_what_was_found_is_hidden_wherever_it_is_said() -> None:
    meaning = Meaning((entity("person", 0, 2, 4, "张伟"), entity("phone", 0, 7, 18, "13800138000")))

    texts = shown(replace(NEVER_TOLD, meaning=meaning))

    assert not [secret for secret in SECRETS for text in texts if secret in text]
    assert "300元" in texts[0]
    assert "8001" in texts[2]


def test_prices_are_shown_with_their_discounts() -> None:
    said = "原价799元，打8折，满300减50，到手639元。"

    assert shown(flat(analysis(call(says(AGENT, 0, 5, said))))) == [said]


def test_of_a_part_of_a_call_everything_is_looked_for_anew() -> None:
    meaning = Meaning((entity("person", 1, 0, 2, "张伟"),))
    part = replace(NEVER_TOLD, meaning=meaning, lines=NEVER_TOLD.lines[2:])

    assert shown(part) == ["尾号[DIGITS]，我是工号8001。"]


def test_what_comes_with_the_call_is_hidden_in_it() -> None:
    said = call(says(CUSTOMER, 0, 3, "打15455550101就行"))

    assert shown(flat(analysis(said))) == ["打[PHONE]就行"]


def test_a_teams_own_kinds_and_its_orders_are_hidden(tmp_path: Path) -> None:
    team = tmp_path / "team.yaml"
    team.write_text("entities: [{kind: member, tag: MEMBER, patterns: ['VIP[0-9]{2}']}]", "utf-8")
    said = call(says(CUSTOMER, 0, 3, "会员VIP88，订单号202503108866。"))

    assert shown(flat(analysis(said)), replace(PLAIN, entities=team)) == [
        "会员[MEMBER]，订单号[ORDER_NUMBER]。"
    ]


def test_everything_is_shown_when_a_team_says_so() -> None:
    assert hiding(replace(PLAIN, llm_redact=False)) is None
    assert hiding_lines(replace(PLAIN, llm_redact=False)) is None


class Listening:
    """A `LanguageModel` that keeps what it is shown."""

    name = "listening"

    def __init__(self) -> None:
        self.shown: list[str] = []

    def forget(self, _instructions: str, _text: str, /) -> None:
        pass

    def ask(self, _instructions: str, text: str, /) -> str:
        self.shown.append(text)
        return '{"answer": "no", "summary": "付款", "quotes": ["付了300元"]}'


@pytest.mark.parametrize("redact", [True, False])
def test_a_model_sees_personal_data_only_when_a_team_says_so(
    monkeypatch: pytest.MonkeyPatch, *, redact: bool
) -> None:
    model = Listening()
    monkeypatch.setattr(Readers, "language_model", model)
    monkeypatch.setattr(Readers, "embedder", None)
    there = replace(PLAIN, llm_summary=True, llm_redact=redact)
    ask = context_of(there).ask
    assert ask is not None
    ask(NEVER_TOLD, Scope((Span(0, 30),), frozenset(Role), NEVER_TOLD.lines), "?")
    stages_of(there)[-1](CALL, Meaning())

    assert len(model.shown) == 2
    for text in model.shown:
        assert all((secret in text) is not redact for secret in SECRETS)
