"""Where numbers of reports lead, and what is called what."""

import pytest

from huiting.app.outreach import plan_of
from huiting.app.settings import Settings
from huiting.insights.traits import Trait
from huiting.service.digests import Plan
from huiting.web.site.reports import phrases
from huiting.web.site.reports.leading import Leads, Said, by_measure, by_trait

BASE = (("since", "2025-03-01T00:00:00Z"), ("agent", "8001"))
LEADS = Leads(BASE, whole=True, root="/h/")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("angry", {"emotion": "ANGRY"}),
        ("rule:greeting", {"rule": "greeting", "verdict": "fail"}),
        ("intent:售后", {"intent": "售后"}),
        ("said:退款", {"q": '"退款"'}),
        ("churn", None),
    ],
)
def test_calls_of_a_measure_are_listed_where_a_list_can_say_it(
    name: str, said: Said | None
) -> None:
    assert by_measure(name) == said


@pytest.mark.parametrize(
    ("trait", "said"),
    [
        (Trait("agent", "8001"), {"agent": "8001"}),
        (Trait("line", "a"), {"metadata": "line:a"}),
        (Trait("weekday", "Mon"), None),
        (Trait("customer says “骗”"), {"q": "骗", "said_by": "customer"}),
        (Trait("rule greeting fails"), {"rule": "greeting", "verdict": "fail"}),
        (Trait("call > 5 min"), None),
    ],
)
def test_calls_with_a_circumstance_are_listed_where_a_list_can_say_it(
    trait: Trait, said: Said | None
) -> None:
    assert by_trait(trait) == said


def test_what_is_asked_further_stands_for_what_was_asked_before() -> None:
    place = LEADS.calls({"agent": "8002"}, {"metadata": "line:a"}, {"metadata": "site:b"})

    assert place == (
        "/h/calls?since=2025-03-01T00%3A00%3A00Z&agent=8002&metadata=line%3Aa&metadata=site%3Ab"
    )


def test_nothing_leads_to_calls_that_no_list_can_say() -> None:
    assert LEADS.calls({"rule": "a"}, {"rule": "b"}) is None
    assert LEADS.calls({"rule": "a"}, None) is None
    assert Leads(BASE, whole=False, root="/").calls() is None


def test_a_call_is_opened_where_it_happens() -> None:
    assert LEADS.call("ab", 83.21) == "/h/calls/ab?t=83.2"
    assert LEADS.call("ab") == "/h/calls/ab"


@pytest.mark.parametrize(
    ("trait", "english", "mandarin"),
    [
        (Trait("language", "en"), "Language: English", "语言：英语"),
        (Trait("outcome", "unsolved"), "Outcome: unsolved", "处理结果：未解决"),
        (Trait("weekday", "Mon"), "Day of the week: Monday", "星期：星期一"),
        (Trait("line", "a"), "line: a", "line：a"),
        (Trait("call > 5 min"), "call > 5 min", "通话超过 5 分钟"),
        (Trait("rule greeting fails"), "Rule failed: Greets", "未通过规则：Greets"),
    ],
)
def test_circumstances_are_told_in_both_languages(
    trait: Trait, english: str, mandarin: str
) -> None:
    rules = {"greeting": "Greets"}

    assert phrases.trait(trait, rules, "en") == english
    assert phrases.trait(trait, rules, "zh") == mandarin


def test_a_low_score_is_told_with_its_limit() -> None:
    assert phrases.measure("score<72.5", {}, "en") == "Score below 72.5"


def test_who_is_sent_the_digest_is_counted() -> None:
    channels: dict[str, dict[str, object]] = {
        "mail": {"kind": "mail", "to": ["a@b.cn", "c@b.cn"], "topics": ["digest"]},
        "group": {"kind": "wecom", "url": "https://x", "topics": ["fatal", "digest"]},
        "other": {"kind": "wecom", "url": "https://x"},
    }

    assert plan_of(Settings(digest="30 8 * * *", channels=channels)) == Plan(
        "30 8 * * *", 3, ("group", "mail")
    )
