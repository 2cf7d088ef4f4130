"""What is told of a call, and that nothing of what was said goes out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes import analysis, says
from fakes import call as heard
from huiting.core.errors import UndecodableAudio
from huiting.core.judgement import Judgement, Score, ScoredItem, Verdict
from huiting.core.ticket import Because, Ticket, TicketLine
from huiting.core.types import Role, Span
from huiting.notify.notice import Notice, Topic
from huiting.service.alerts import alerts, failed

NOW = datetime(2025, 3, 12, tzinfo=UTC)
SECRET = "my card number is six two two two"
ITEM = ScoredItem("i", "泄露隐私", "s", 0, 10, Verdict.FAIL, fatal=True)


def told(
    language: str, judgement: Judgement | None = None, ticket: Ticket | None = None
) -> list[Notice]:
    base = analysis(heard(says(Role.CUSTOMER, 0, 3, SECRET)))
    recording = replace(base.call.recording, metadata={"agent": "021", "team": "A", "phone": "138"})
    call = replace(base, call=replace(base.call, recording=recording))
    found = alerts(call, judgement, ticket, at=NOW, address="https://qa.example/huiting/")
    return [one(language) for one in found]


def fatal() -> Judgement:
    score = Score("card", 1, 0, 100, (ITEM,), fatal=("i",))
    return Judgement("c", scores=(score,))


def ticket() -> Ticket:
    line = TicketLine(0, Span(0, 1), SECRET)
    return Ticket("c", "a.wav", "ja", (Because.ANGRY, Because.FATAL), (), (line,), "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_that_was_said_and_no_phone_number_goes_out(language: str) -> None:
    notices = told(language, fatal(), ticket())

    assert [notice.topic for notice in notices] == [Topic.FATAL, Topic.TICKET, Topic.ANALYZED]
    assert not any(part in repr(notices) for part in (SECRET, "138", "a.wav"))


def test_a_fatal_item_is_urgent_and_names_the_item_and_the_agent() -> None:
    notice = told("zh", fatal())[0]

    assert notice.urgent
    assert notice.lines[:3] == ("未通过：泄露隐私", "坐席 021", "班组 A")
    assert notice.link is not None
    assert notice.link.startswith("https://qa.example/huiting/calls/")


def test_a_ticket_says_the_language_and_why() -> None:
    assert told("zh", None, ticket())[0].lines[0] == "日语：客户生气、触发致命项"
    assert (
        told("en", None, ticket())[0].lines[0]
        == "Japanese: the customer is angry, a fatal item failed"
    )


def test_a_calm_call_is_only_told_to_be_done() -> None:
    clean = Judgement("c", scores=(Score("card", 1, 90, 100),))

    [notice] = told("en", clean)
    assert notice.topic is Topic.ANALYZED
    assert not notice.urgent


def test_a_call_has_one_notice_of_each_topic() -> None:
    assert told("zh", fatal())[0].id == told("en", fatal())[0].id


def test_a_failure_names_the_recording_and_the_code_alone() -> None:
    notice = failed("3fa9", UndecodableAudio("张三.wav", "no audio", "give one"), at=NOW)("zh")

    assert notice.facts == {"recording": "3fa9", "code": "undecodable-audio"}
    assert "张三" not in repr(notice)
