"""Operators that look for words."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.core.judgement import EvidenceKind, Match
from huiting.core.meaning import Entity, EntitySource, Meaning
from huiting.core.types import Role, Span
from huiting.quality.operators.entity import checks
from huiting.quality.rules.asked import Context
from huiting.text.pronunciation import sounds_of
from rulebook import finding, rule, said, verdict


def quotes(condition: str, *lines: str) -> list[str]:
    """Return what is quoted when the condition holds; nothing when it does not."""
    found = finding(rule(f"forbid: {condition}"), said(*lines))
    return [e.quote or "" for e in found.evidence if e.kind is EvidenceKind.SAID]


@pytest.mark.parametrize(
    ("options", "lines", "expected"),
    [
        pytest.param("您好", ["agent: 您好"], "pass", id="shorthand"),
        pytest.param("[喂, 您好]", ["agent: 您好"], "pass", id="list"),
        pytest.param("12315", ["agent: 打幺二三幺五"], "pass", id="a number in YAML"),
        pytest.param("{all: [您好, 工号]}", ["agent: 您好", "agent: 工号"], "pass", id="all"),
        pytest.param("{all: [您好, 工号]}", ["agent: 您好"], "fail", id="not all"),
        pytest.param("{all: [您好, 工号]}", ["agent: 喂"], "fail", id="nothing of all"),
        pytest.param(
            "{all: [您好, 工号], together: line}", ["agent: 您好", "agent: 工号"], "fail", id="lines"
        ),
        pytest.param(
            "{all: [您好, 工号], together: line}", ["agent: 喂", "agent: 您好工号"], "pass", id="a line"
        ),
        pytest.param(
            "{all: [您好, 工号], together: turn}", ["agent: 您好", "agent: 工号"], "pass", id="a turn"
        ),
        pytest.param(
            "{all: [您好, 工号], together: turn}",
            ["agent: 您好", "customer: 喂", "agent: 工号"], "fail", id="two turns",
        ),
        pytest.param("{of: [甲方, 乙方, 丙方], at_least: 2}", ["agent: 甲方丙方"], "pass", id="two of"),
        pytest.param("{of: [甲方, 乙方, 丙方], at_least: 2}", ["agent: 甲方甲方"], "fail", id="one of"),
        pytest.param("{any: 公号, match: exact}", ["agent: 工号"], "fail", id="exact"),
        pytest.param("{any: 公号, match: sounds-like}", ["agent: 工号"], "pass", id="by sound"),
        pytest.param("公号", ["agent: 工号"], "fail", id="two characters are taken as written"),
        pytest.param("这不归我管", ["agent: 这不贵我管"], "pass", id="more are listened for"),
        pytest.param(
            "{any: 这不归我管, match: exact}", ["agent: 这不贵我管"], "fail", id="unless exactly"
        ),
        pytest.param("{any: 投诉, negated: skip}", ["agent: 我不投诉"], "fail", id="negated"),
        pytest.param("{any: 投诉, negated: skip}", ["agent: 我不得不投诉"], "pass", id="twice negated"),
        pytest.param("{any: 投诉, negated: only}", ["agent: 我不投诉"], "pass", id="only negated"),
        pytest.param("{any: 投诉, negated: only}", ["agent: 我要投诉"], "fail", id="not negated"),
        pytest.param("{any: 投诉}", ["agent: 我不投诉"], "pass", id="counted"),
        pytest.param("{any: 别家, unless: 别家的孩子}", ["agent: 别家的孩子"], "fail", id="void"),
        pytest.param("{any: 别家, unless: 孩子}", ["agent: 换别家"], "pass", id="not void"),
        pytest.param(
            "{any: 别家, unless: 孩子}", ["agent: 换别家", "agent: 孩子"], "pass", id="another line"
        ),
        pytest.param(
            "{any: 别家, unless: 孩子}",
            ["agent: 孩子啊你听我说今天天气很好我们去公园玩吧再换别家"], "pass", id="far away",
        ),
        pytest.param("{any: 您好请讲话啊, similarity: 0.6}", ["agent: 您好请画画啊"], "pass", id="looser"),
        pytest.param("cancel my account", ["customer: I cancelled my accounts"], "pass", id="English"),
        pytest.param(
            "{any: cancel, negated: skip}", ["customer: I will not cancel"], "fail", id="English not"
        ),
        pytest.param("営業時間", ["agent: 営業時間は九時からです"], "pass", id="Japanese"),
        pytest.param("환불", ["customer: 환불해 주세요"], "pass", id="Korean"),
    ],
)  # fmt: skip
def test_said(options: str, lines: Sequence[str], expected: str) -> None:
    assert verdict(f"require: {{said: {options}}}", *lines) == expected


def test_weak_parts_of_a_whole_leave_it_unknown() -> None:
    body = "require: {said: {all: [请报订单号, 您好], together: line}}"

    assert verdict(body, "agent: 您好，请报运单号") == "uncertain"
    assert verdict(body, "agent: 您好，请报订单号") == "pass"
    assert verdict(body, "agent: 请报运单号") == "fail"


@pytest.mark.parametrize(
    ("options", "line", "quote"),
    [
        pytest.param("请稍等", "好的请稍等", ["请稍等"], id="text"),
        pytest.param("{words: [请, 稍等]}", "请您先稍等", ["请您先稍等"], id="words"),
        pytest.param("{words: [请, 稍等], gap: 1}", "请您先稍等", [], id="too far"),
        pytest.param("{words: [请, 稍等], gap: 2}", "请您，先，稍等", ["请您，先，稍等"], id="characters"),
        pytest.param("{words: [稍等, 请]}", "请您先稍等", [], id="order"),
        pytest.param("{words: [请, 稍等, 回来]}", "请稍等，马上回来", ["请稍等，马上回来"], id="three"),
        pytest.param("{words: [help, you], gap: 0}", "How may I help you?", ["help you"], id="English"),
        pytest.param(
            "{words: [hold, moment], gap: 3}", "Hold on for a moment", ["Hold on for a moment"], id="words between",
        ),
        pytest.param("{words: [hold, moment], gap: 2}", "Hold on for a moment", [], id="too many"),
        pytest.param("{words: [要, 投诉], negated: skip}", "我不要投诉", [], id="negated"),
        pytest.param("{words: [请, 稍等], unless: 不用}", "请您稍等不用急", [], id="void"),
    ],
)  # fmt: skip
def test_phrase(options: str, line: str, quote: list[str]) -> None:
    assert quotes(f"{{phrase: {options}}}", f"agent: {line}") == quote


def test_a_phrase_nearly_said_is_shown() -> None:
    found = finding(
        rule("require: {phrase: {words: [请您稍等, 马上回来], match: sounds-like}}"),
        said("agent: 请您烧饭"),
    )

    assert [e.kind for e in found.evidence] == [EvidenceKind.SEARCHED, EvidenceKind.NEAREST]
    assert found.evidence[1].note == "请您稍等 … 马上回来"


@pytest.mark.parametrize(
    ("pattern", "line", "quote"),
    [
        pytest.param("请*稍等", "好的请您先稍等", ["请您先稍等"], id="gap"),
        pytest.param("请*稍等", "请，稍等", ["请，稍等"], id="nothing between"),
        pytest.param("请*稍等", "请" + "啊" * 13 + "稍等", [], id="too far"),
        pytest.param("工号????", "工号8001为您", ["工号8001"], id="four characters"),
        pytest.param("工号????", "工号80", [], id="too few"),
        pytest.param("*稍等*", "您稍等", ["稍等"], id="gaps at the ends say nothing"),
        pytest.param("how * help", "How may I help you", ["How may I help"], id="English"),
        pytest.param("how*help", "how help", ["how help"], id="English without a gap"),
        pytest.param("help ? please", "help me please", ["help me please"], id="one word"),
        pytest.param("hel*you", "I help you", [], id="whole words"),
        pytest.param(
            "[请*稍等, 拿*一下]", "请稍等，拿个一下", ["请稍等", "拿个一下"], id="several"
        ),
    ],
)
def test_wildcard(pattern: str, line: str, quote: list[str]) -> None:
    assert quotes(f"{{wildcard: '{pattern}'}}" if pattern[0] != "[" else f"{{wildcard: {pattern}}}",
                  f"agent: {line}") == quote  # fmt: skip


def test_a_wildcard_keeps_to_its_role() -> None:
    assert quotes("{wildcard: 请*稍等, by: agent}", "customer: 请稍等") == []


@pytest.mark.parametrize("pattern", ["'*'", "'a*b*c*d*e*f'"], ids=["only gaps", "many gaps"])
def test_a_wildcard_that_means_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(Exception, match="gaps"):
        rule(f"require: {{wildcard: {pattern}}}")


@pytest.mark.parametrize(
    ("options", "line", "quote"),
    [
        pytest.param(r"'工号\d{4}'", "工号8001", ["工号8001"], id="shorthand"),
        pytest.param("'vip'", "VIP会员", ["VIP"], id="case"),
        pytest.param("{pattern: 投诉, exclude: '不.{0,3}投诉'}", "我不想投诉", [], id="excluded"),
        pytest.param(
            "{pattern: 投诉, exclude: '不.{0,3}投诉'}", "我要投诉", ["投诉"], id="not excluded"
        ),
        pytest.param("'退.'", "退货退款", ["退货", "退款"], id="each place"),
        pytest.param("{pattern: '8001', on: spoken}", "8001", ["8001"], id="as spoken"),
    ],
)
def test_regex(options: str, line: str, quote: list[str]) -> None:
    assert quotes(f"{{regex: {options}}}", f"agent: {line}") == quote


def test_a_pattern_over_what_was_spoken_has_the_time_of_its_line() -> None:
    dialogue = said("agent 1-3: 工号8001")
    (line,) = dialogue.lines
    spoken = replace(dialogue, lines=(replace(line, spoken="工号八零零一"),))
    (piece,) = finding(rule("require: {regex: {pattern: 八零, on: spoken}}"), spoken).evidence

    assert (piece.span, piece.quote) == (line.span, "八零")


@pytest.mark.parametrize(
    ("options", "lines", "count"),
    [
        pytest.param("2", ["agent: 您的订单号是多少", "agent: 您的订单号是多少"], 2, id="twice"),
        pytest.param(
            "3", ["agent: 您的订单号是多少", "agent: 您的订单号是多少"], 0, id="not thrice"
        ),
        pytest.param(
            "{}", ["agent: 您的订单号是多少", "agent: 您的订单号，是多少啊"], 2, id="nearly"
        ),
        pytest.param(
            "{}", ["agent: 您的订单号是多少", "customer: 您的订单号是多少"], 0, id="another"
        ),
        pytest.param("{}", ["agent: 好的好", "agent: 好的好"], 0, id="short"),
        pytest.param("{shortest: 2}", ["agent: 好的", "agent: 好的"], 2, id="short, wanted"),
        pytest.param(
            "{unless: 订单号}", ["agent: 您的订单号是多少", "agent: 您的订单号是多少"], 0, id="void"
        ),
        pytest.param("{}", ["agent: 您的订单号", "agent: 请问您贵姓"], 0, id="different"),
    ],
)
def test_repeated(options: str, lines: list[str], count: int) -> None:
    assert len(quotes(f"{{repeated: {options}}}", *lines)) == count


def test_what_was_repeated_too_seldom_is_nearest() -> None:
    found = finding(
        rule("require: {repeated: 3}"), said("agent: 您的订单号是多少", "agent: 您的订单号是多少")
    )

    assert [e.kind for e in found.evidence] == [EvidenceKind.SEARCHED, EvidenceKind.NEAREST]
    assert found.evidence[1].value == 2


class Letters:
    """An `Embedder` that takes texts for alike by the letters they share."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        self.asked += texts
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in set(text):
                row[ord(char) % 64] = 1
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-9), np.float32)


def test_similar_lines_are_hits_and_nearly_similar_ones_are_doubts() -> None:
    context = Context(sounds_of, Letters())
    found = rule("require: {similar: {to: [我要退货], at_least: 0.7}}")

    passed = finding(found, said("customer: 我要退货了", "customer: 今天天气"), context)
    assert passed.verdict.value == "pass"
    (piece,) = passed.evidence
    assert (piece.match, piece.note, piece.quote) == (Match.SIMILAR, "我要退货", "我要退货了")
    assert finding(found, said("customer: 我要退钱了"), context).verdict.value == "uncertain"
    assert finding(found, said("customer: 今天天气"), context).verdict.value == "fail"
    assert finding(found, said("customer: 嗯"), context).verdict.value == "fail"


def test_the_same_line_is_compared_once() -> None:
    embedder = Letters()
    found, dialogue = (
        rule("require: {similar: 我要退货}"),
        said("customer: 我要退货", "agent: 我要退货"),
    )
    for _ in range(3):
        finding(found, dialogue, Context(sounds_of, embedder))

    assert embedder.asked == ["我要退货", "我要退货"]  # the sentence itself, and the line


def entity(kind: str, value: str, role: Role = Role.CUSTOMER) -> Entity:
    return Entity(kind, 0, 0, 2, value, value, Span(1, 2), EntitySource.PATTERN, 0.9, role)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param("money", "pass", id="kind"),
        pytest.param("[phone, money]", "pass", id="one of two kinds"),
        pytest.param("phone", "fail", id="another kind"),
        pytest.param("{kind: money, value: {above: 200}}", "pass", id="above"),
        pytest.param("{kind: money, value: {above: 300}}", "fail", id="not above"),
        pytest.param("{kind: money, value: {below: 300}}", "pass", id="below"),
        pytest.param("{kind: money, value: 299}", "pass", id="equals a number"),
        pytest.param("{kind: money, value: {equals: 298}}", "fail", id="equals another"),
        pytest.param("{kind: id_card, value: '11010519491231002x'}", "pass", id="equals a text"),
        pytest.param("{kind: money, value: {matches: '^2'}}", "pass", id="matches"),
        pytest.param("{kind: money, value: {matches: '^3'}}", "fail", id="does not match"),
        pytest.param("{kind: id_card, checksum: true}", "pass", id="check passes"),
        pytest.param("{kind: id_card, checksum: false}", "fail", id="check must not pass"),
        pytest.param("{kind: person, value: {above: 3}}", "fail", id="no number"),
    ],
)
def test_entity(options: str, expected: str) -> None:
    known = (
        entity("money", "299.00 CNY"), entity("id_card", "11010519491231002X"), entity("person", "张伟"),
    )  # fmt: skip
    dialogue = replace(said("customer 1-2: 二九九"), meaning=Meaning(entities=known))

    assert finding(rule(f"require: {{entity: {options}}}"), dialogue).verdict.value == expected


def test_an_entity_belongs_to_who_says_it_and_when() -> None:
    dialogue = replace(
        said("customer 1-2: 二九九", "agent 8-9: 好"),
        meaning=Meaning(entities=(entity("money", "299"),)),
    )

    for scope, expected in (("by: agent", "fail"), ("by: customer", "pass"), ("last: 3", "fail")):
        got = finding(rule(f"require: {{entity: money, {scope}}}"), dialogue)
        assert got.verdict.value == expected


@pytest.mark.parametrize("options", ["{kind: money, value: {over: 3}}", "{kind: a, checksum: 3}"])
def test_a_wrong_comparison_is_refused(options: str) -> None:
    with pytest.raises(Exception, match=r"r\.yaml:5"):
        rule(f"require: {{entity: {options}}}")


@pytest.mark.parametrize(
    ("number", "passes"),
    [
        ("11010519491231002X", True),
        ("11010519491231002x", True),
        ("110105194912310021", False),
        ("4111111111111111", True),
        ("4111111111111112", False),
        ("123", False),
        ("张伟", False),
    ],
)
def test_checks_of_numbers(number: str, passes: bool) -> None:  # noqa: FBT001
    assert checks(number) is passes
