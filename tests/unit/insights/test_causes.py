"""Circumstances that come together with something going wrong."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from cases import AGENT, ANGRY, CUSTOMER, NEUTRAL, case, failed, line, party, scored, waits
from huiting.core.judgement import EvidenceKind, Judgement, Verdict
from huiting.core.meaning import (
    Entity,
    EntitySource,
    Intent,
    IntentSource,
    Meaning,
    Outcome,
    OutcomeKind,
    Quote,
    Sign,
)
from huiting.core.types import EmotionSource, Role, Span
from huiting.insights._evidence import Of, behind_field, behind_measure
from huiting.insights.case import Case
from huiting.insights.causes import MANY, calls_behind, causes
from huiting.insights.measures import measure
from huiting.insights.rates import Rate
from huiting.insights.traits import Asked, Trait, traits

PLAIN = Asked(words=(), rules=False)


def history(size: int, seed: int, effect: float) -> list[Case]:
    """Return calls in which a long silence adds `effect` to a chance of 0.2 of anger."""
    chance = random.Random(seed)
    found = []
    for n in range(size):
        slow = chance.random() < 0.3
        angry = chance.random() < 0.2 + effect * slow
        found.append(
            case(
                f"c{n}",
                line(AGENT, 0, 2),
                line(CUSTOMER, 9, 12, "你好", ANGRY if angry else NEUTRAL),
                agent=f"80{chance.randrange(12):02}",
                after=timedelta(hours=chance.randrange(12), days=chance.randrange(28)),
                silences=[waits(3, 9)] if slow else [waits(3, 4)],
                parties=[party(rate=chance.gauss(250, 60), response=chance.expovariate(1))],
                intent=chance.choice(["售后/退货", "物流/查询", "价格/咨询"]),
                site=chance.choice(["北京", "成都", "上海"]),
                order=f"E{n}",
            )
        )
    return found


def test_what_was_planted_is_found_with_its_numbers_and_calls() -> None:
    cases = history(600, 1, 0.4)
    found = causes(cases, measure("angry"), PLAIN)
    silence = next(t for t in found.significant if t.trait.field == "agent silence > 5 s")

    assert silence.difference.interval is not None
    assert silence.difference.interval.low < 0.4 < silence.difference.interval.high
    assert silence.lift is not None
    assert silence.lift > 1.5
    assert len(silence.calls) == silence.with_it.count
    assert list(silence.calls) == list(calls_behind(cases, measure("angry"), silence.trait))
    assert all("agent silence" in t.trait.field for t in found.significant)


def test_where_nothing_was_planted_nothing_is_claimed() -> None:
    claims = [
        bool(causes(history(200, seed, 0), measure("angry"), PLAIN).significant)
        for seed in range(30)
    ]

    assert sum(claims) <= 5  # 5 % of histories may have one; beyond 5 of 30 is one in 300


def test_a_field_that_names_calls_is_left_out() -> None:
    found = causes(history(MANY + 50, 2, 0), measure("angry"), PLAIN)

    assert found.left_out == ("order",)
    assert not any(t.trait.field == "order" for t in found.found)


def test_numbers_are_those_of_the_calls() -> None:
    yes = [case(f"y{n}", line(CUSTOMER, 0, 1, emotion=ANGRY), site="A") for n in range(8)]
    no = [case(f"n{n}", line(CUSTOMER, 0, 1, emotion=NEUTRAL), site="B") for n in range(8)]
    unheard = [case("u", line(CUSTOMER, 0, 1), site="A")]
    unsited = [case("s", line(CUSTOMER, 0, 1, emotion=ANGRY))]
    found = causes([*yes, *no, *unheard, *unsited], measure("angry"), PLAIN)
    site = next(t for t in found.found if t.trait == Trait("site", "A"))

    assert found.overall == Rate(9, 17)
    assert (site.with_it, site.without) == (Rate(8, 8), Rate(0, 8))
    assert site.lift == 2
    assert site.difference.p == pytest.approx(0.000155, abs=1e-6)
    assert site.significant
    assert site.calls == tuple(f"y{n}" for n in range(8))


def test_few_calls_are_not_tested() -> None:
    cases = [case(f"c{n}", line(CUSTOMER, 0, 1, emotion=ANGRY), site="A") for n in range(4)]

    assert causes(cases, measure("angry"), PLAIN).found == ()


@pytest.mark.parametrize(
    ("target", "absent"),
    [
        ("rule:a", "rule a fails"),
        ("score<60", "rule a fails"),
        ("intent:售后", "topic"),
        ("said:退货", "customer says “退货”"),
    ],
)
def test_what_a_target_is_made_of_is_no_circumstance(target: str, absent: str) -> None:
    cases = [
        case(
            f"c{n}",
            line(CUSTOMER, 0, 1, "退货" if n % 2 else "你好"),
            findings=[failed("a")] if n % 2 else [],
            verdicts={"b": Verdict.PASS} | ({} if n % 2 else {"a": Verdict.PASS}),
            scores=[scored(50 if n % 2 else 90)],
            intent="售后/退货" if n % 2 else "物流",
            site="A" if n % 3 else "B",
        )
        for n in range(40)
    ]
    words = ((Role.CUSTOMER, "退货"),)
    found = causes(cases, measure(target), Asked(words=words))
    fields = {t.trait.field for t in found.found}

    assert absent not in fields
    assert "site" in fields


def test_circumstances_of_a_call() -> None:
    found = dict(
        traits(
            case(
                "c",
                line(AGENT, 0, 2, "这个我不清楚"),
                line(CUSTOMER, 2, 4, "都说了多次"),
                duration=400,
                silences=[waits(4, 9), waits(10, 30, AGENT), waits(40, 42, AGENT, announced=True)],
                parties=[party(rate=320, response=3, ratio=0.7, interruptions=1)],
                findings=[failed("greeting")],
                verdicts={"closing": Verdict.PASS, "hold": Verdict.NOT_APPLICABLE},
            )
        )
    )

    assert found["agent says “不清楚”"] == ("yes",)
    assert found["customer says “多次”"] == ("yes",)
    assert found["customer says “骗”"] == ()
    assert found["agent silence > 3 s"] == ("yes",)
    assert found["agent silence > 5 s"] == ()  # the customer thinks for 20 s: not the agent's
    assert found["dead air > 10 s"] == found["call > 5 min"] == ("yes",)
    assert found["agent interrupts"] == found["agent talks > 60 %"] == ("yes",)
    assert found["agent answers after > 2 s"] == found["agent speaks > 300 a minute"] == ("yes",)
    assert found["rule greeting fails"] == ("yes",)
    assert found["rule closing fails"] == ()
    assert "rule hold fails" not in found
    assert "outcome" not in found


def test_only_the_fields_asked_for() -> None:
    asked = Asked(fields=("site",), words=(), rules=False)
    found = dict(traits(case(site="A", city="B"), asked))

    assert found["site"] == ("A",)
    assert "city" not in found
    assert str(Trait("site", "A")) == "site = A"
    assert str(Trait("agent interrupts")) == "agent interrupts"


class TestSharedEvidence:
    """A circumstance and a target that are told from one line come together by their making."""

    @staticmethod
    def threatened(n: int) -> Case:
        """Return a call in which every second customer is angry while threatening."""
        upset = n % 2 == 0
        return case(
            f"c{n}",
            line(CUSTOMER, 0, 2, "我要退款", NEUTRAL),
            line(
                CUSTOMER, 3, 6, "我要投诉你们" if upset else "好的谢谢", ANGRY if upset else NEUTRAL
            ),
            findings=[failed("threat", "我要投诉你们", segment=1)] if upset else [],
            verdicts={} if upset else {"threat": Verdict.PASS},
            site="成都" if upset else "北京",
        )

    @pytest.mark.parametrize(
        ("field", "same_lines"),
        [("customer says “投诉”", 10), ("rule threat fails", 10), ("site", 0)],
        ids=["the words of the outburst", "a rule that quotes it", "metadata"],
    )
    def test_calls_told_from_one_line_are_counted(self, field: str, same_lines: int) -> None:
        asked = Asked(words=((CUSTOMER, "投诉"), (CUSTOMER, "退款")))
        found = causes((self.threatened(n) for n in range(20)), measure("angry"), asked)
        together = next(t for t in found.significant if t.trait.field == field)

        assert together.with_it.count in {0, 10}
        assert together.same_lines == same_lines * (together.with_it.count > 0)
        assert together.shares_evidence is (together.same_lines > 0)

    def test_a_word_said_elsewhere_in_the_call_is_evidence_of_its_own(self) -> None:
        asked = Asked(words=((CUSTOMER, "退款"),))
        calls = [self.threatened(n) for n in range(20)]
        calls += [case(f"x{n}", line(CUSTOMER, 0, 1, "你好", NEUTRAL)) for n in range(20)]
        found = causes(calls, measure("angry"), asked).significant

        assert next(t for t in found if "退款" in t.trait.field).same_lines == 0

    @pytest.mark.parametrize(
        ("target", "lines"),
        [
            ("rule:threat", {1}),
            ("said:投诉", {1}),
            ("angry", {1}),
            ("sad", set()),
            ("intent:投诉", {1}),
            ("unsolved", {0}),
            ("churn", {0}),
            ("urgent", set()),
            ("score<60", set()),
        ],
    )
    def test_lines_that_a_target_is_told_from(self, target: str, lines: set[int]) -> None:
        first, last = (Quote(n, CUSTOMER, Span(0, 1), "") for n in (0, 1))
        found = self.threatened(0)
        meaning = Meaning(
            intents=(Intent("投诉", 0.9, IntentSource.WORDS, (last,)),),
            outcome=Outcome(OutcomeKind.UNSOLVED, 0.9, (first,)),
            churn=Sign(0.9, (first,)),
            entities=(
                Entity("product", 0, 0, 1, "我", "我", Span(0, 1), EntitySource.LIST),
                Entity("money", 1, 0, 1, "我", "我", Span(0, 1), EntitySource.PATTERN),
            ),
        )
        told = replace(found, dialogue=replace(found.dialogue, meaning=meaning))

        assert {segment for segment, _ in behind_measure(target, told)} == lines
        assert behind_field("product", told) == {(0, Of.WORDS)}
        assert behind_field("weekday", told) == behind_field("topic", found) == set()
        assert behind_field("outcome", found) == behind_measure("churn", found) == set()

    @pytest.mark.parametrize(
        ("sources", "kind", "same_lines"),
        [
            ((EmotionSource.VOICE, EmotionSource.WORDS), EvidenceKind.SAID, 10),
            ((EmotionSource.VOICE,), EvidenceKind.SAID, 0),
            ((EmotionSource.VOICE,), EvidenceKind.SOUND, 10),
            ((EmotionSource.ENGINE,), EvidenceKind.SAID, 0),
        ],
        ids=["words counted", "the voice alone", "a rule on the emotion itself", "an engine's tag"],
    )
    def test_anger_heard_from_the_voice_alone_shares_no_words(
        self, sources: tuple[EmotionSource, ...], kind: EvidenceKind, same_lines: int
    ) -> None:
        calls = []
        for n in range(20):
            made = self.threatened(n)
            lines = tuple(
                replace(said, emotion=replace(said.emotion, sources=sources))
                for said in made.dialogue.lines
                if said.emotion
            )
            findings = tuple(
                replace(f, evidence=tuple(replace(e, kind=kind) for e in f.evidence))
                for f in made.findings
            )
            calls.append(
                Case(
                    replace(made.dialogue, lines=lines),
                    Judgement(made.call, findings),
                )
            )
        found = causes(calls, measure("angry"), Asked(words=())).significant

        assert [t.same_lines for t in found if t.trait.field == "rule threat fails"] == [same_lines]
