"""Tickets for other languages, translated by a real server that speaks the protocol."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.app.tickets import ticketing
from huiting.core.analysis import Analysis
from huiting.core.meaning import Intent, IntentSource, Meaning
from huiting.core.ticket import Ticket
from huiting.core.types import Emotion, EmotionLabel
from huiting.engines.llm import ChatModel, build
from huiting.exports import ticket_json, ticket_page
from llm_server import Asked, Reply, serving

PLAIN = Settings(names=False)
SAID = "My number is 13800138000 and I want my $49 back!"


def angry(**options: object) -> Analysis:
    felt = Emotion(EmotionLabel.ANGRY, 0.9)
    spoken = call(
        replace(says(CUSTOMER, 1, 6, SAID, language="en"), emotion=felt),
        says(AGENT, 7, 9, "That is not my problem.", language="en"),
        language="en",
    )
    meaning = Meaning(
        intents=(Intent("投诉/服务态度", 0.9, IntentSource.WORDS),),
        advice=("route:en", "priority-ticket"),
    )
    return replace(analysis(replace(spoken, **options)), meaning=meaning)  # type: ignore[arg-type]


@contextmanager
def model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str | Reply
) -> Iterator[list[Asked]]:
    with serving(lambda _: answer) as server:
        made: ChatModel = build(url=server.url, model="qwen3", retries=0, cache=tmp_path / "kept")
        monkeypatch.setattr(Readers, "language_model", made)
        yield server.asked
        made.close()


def ticket(settings: Settings = PLAIN) -> Ticket:
    found = ticketing(settings, Readers(settings))(angry(), None)
    assert found is not None
    return found


def test_a_ticket_is_translated_and_personal_data_does_not_leave(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with model(monkeypatch, tmp_path, "我的号码是[PHONE]，请退还 49 美元！") as asked:
        found = ticket()

    page, body = ticket_page(found).decode(), json.loads(ticket_json(found))
    assert len(asked) == 1
    assert "13800138000" not in asked[0].text
    assert "$49" in asked[0].text
    assert "zh" in asked[0].instructions
    assert r"> 我的号码是\[PHONE\]，请退还 49 美元！" in page
    assert "由 qwen3 翻译" in page
    assert (body["translated_by"], body["translated_into"]) == ("qwen3", "zh")
    assert body["lines"][0]["text"] == SAID


def test_without_a_model_the_ticket_says_how_to_get_a_translation() -> None:
    found = ticket()
    page = ticket_page(found).decode()

    assert page.startswith("# 优先工单: 8001.wav\n\n- 客户语种: 英语\n- 原因: 客户生气；客户投诉\n")
    assert "- 处理: 转给会英语的坐席；优先工单\n" in page
    assert "- 来电原因: 投诉/服务态度\n" in page
    assert "- agent: 8001\n" in page
    assert "**0:01** (生气)  My number is 13800138000" in page
    assert r"未翻译：未设置语言模型。设置 llm\_url 和 llm\_model" in page
    assert json.loads(ticket_json(found))["translated_by"] is None


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(
            Reply("", 401), "未能翻译：qwen3：返回 HTTP 401；请检查密钥", id="a wrong key"
        ),
        pytest.param(" ", "未能翻译：qwen3：回答是空的；请换一个模型", id="no words"),
    ],
)
def test_a_model_that_fails_leaves_the_ticket_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str | Reply, why: str
) -> None:
    with model(monkeypatch, tmp_path, answer):
        found = ticket()

    assert why in ticket_page(found).decode()
    assert list((tmp_path / "kept").glob("*")) == []  # to be asked again


def test_a_team_that_reads_english_gets_an_english_ticket() -> None:
    settings = replace(PLAIN, home_languages=("en",))
    spoken = angry(language="zh")
    spoken = replace(
        spoken, meaning=replace(spoken.meaning, advice=("route:zh", "priority-ticket"))
    )
    found = ticketing(settings, Readers(settings))(spoken, None)

    assert found is not None
    page = ticket_page(found).decode()
    assert page.startswith("# Priority ticket: 8001.wav\n\n- Language of the customer: Chinese\n")
    assert "Not translated: no language model is set." in page


def test_a_ticket_without_words_says_so() -> None:
    empty = replace(ticket(), lines=(), trouble="m: HTTP 500; wait", into="en", fatal=("密码",))
    page = ticket_page(empty).decode()

    assert "Nothing was understood." in page
    assert "Not translated: m: HTTP 500; wait" in page
    assert "the customer is angry, the customer complains, 密码" in page


def test_most_calls_have_no_ticket() -> None:
    assert ticketing(PLAIN, Readers(PLAIN))(analysis(call(says(AGENT, 1, 2))), None) is None
