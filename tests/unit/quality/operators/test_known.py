from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes import AGENT, CUSTOMER, says
from huiting.core.dialogue import Dialogue
from huiting.core.errors import ConfigError, InputError
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Verdict
from huiting.core.meaning import (
    Intent,
    IntentSource,
    Meaning,
    Outcome,
    OutcomeKind,
    Quote,
    Sign,
)
from huiting.core.types import Emotion, EmotionLabel, Role, Span
from huiting.quality.dialogue import silent
from huiting.quality.operators import (
    ask,
    began,
    churn,
    emotion,
    intent,
    language,
    metadata,
    outcome,
    rule,
    urgency,
)
from huiting.quality.rules.asked import Answer, Context, Hit, Operator, Scope
from unit.quality.operators.asking import NOTHING, dialogue, find, scope

CALL = dialogue(
    says(AGENT, 0, 2, "您好"), says(CUSTOMER, 3, 5, "我要退货"), says(AGENT, 6, 8, "好的")
)


def feeling(*emotions: Emotion | None) -> Dialogue:
    """Return a call in which the customer says something with each emotion."""
    said = [says(CUSTOMER, 10 * n, 10 * n + 2) for n in range(len(emotions))]
    call = dialogue(*said, duration=100)
    lines = zip(call.lines, emotions, strict=True)
    return replace(call, lines=tuple(replace(x, emotion=e) for x, e in lines))


ANGRY = Emotion(EmotionLabel.ANGRY, 0.8, 0.6, -0.7, {EmotionLabel.ANGRY: 0.8})
WAVERING = Emotion(EmotionLabel.UNKNOWN, None, 0.2, -0.1, {EmotionLabel.ANGRY: 0.45})
CALM = Emotion(EmotionLabel.NEUTRAL, 0.9, -0.2, 0.1, {EmotionLabel.NEUTRAL: 0.9})
TAGGED = Emotion(EmotionLabel.ANGRY)


@pytest.mark.parametrize(
    ("operator", "segments"),
    [
        pytest.param(emotion.build("angry"), [1, 4], id="a label, score or none"),
        pytest.param(emotion.build(["ANGRY", "NEUTRAL"]), [0, 1, 4], id="labels"),
        pytest.param(emotion.build("ANGRY", at_least=0.7), [1], id="sure enough"),
        pytest.param(emotion.build("ANGRY", at_least=0.9), [], id="not sure enough"),
    ],
)
def test_emotions(operator: Operator, segments: list[int]) -> None:
    call = feeling(CALM, ANGRY, WAVERING, None, TAGGED)

    assert [h.segment for h in find(operator, call).hits] == segments


def test_a_label_without_a_score_is_a_doubt_where_one_is_asked_for() -> None:
    found = find(emotion.build("ANGRY", at_least=0.7), feeling(CALM, TAGGED))

    assert found.hits == ()
    assert [h.segment for h in found.doubts] == [1]


@pytest.mark.parametrize(
    ("heard", "least", "segment", "value"),
    [
        pytest.param((CALM, WAVERING), None, 1, 0.45, id="another label was likelier"),
        pytest.param((CALM, ANGRY), 0.9, 1, 0.8, id="too unsure"),
    ],
)
def test_the_likeliest_segment_is_the_nearest(
    heard: tuple[Emotion, ...], least: float | None, segment: int, value: float
) -> None:
    nearest = find(emotion.build("ANGRY", at_least=least), feeling(*heard)).nearest

    assert nearest is not None
    assert (nearest.segment, nearest.value) == (segment, value)


def test_a_call_in_which_nobody_listened_is_not_judged() -> None:
    with pytest.raises(ConfigError, match="nobody listened for it"):
        find(emotion.build("ANGRY"), CALL)
    with pytest.raises(ConfigError, match="analyze the call again"):
        find(emotion.build(trend="rising"), CALL)


def test_where_nobody_speaks_there_is_no_emotion() -> None:
    assert find(emotion.build("ANGRY"), dialogue()).hits == ()


RISING = (CALM, CALM, WAVERING, WAVERING, ANGRY, ANGRY)


@pytest.mark.parametrize(
    ("operator", "heard", "change"),
    [
        pytest.param(emotion.build(trend="rising"), RISING, 0.8, id="anger"),
        pytest.param(emotion.build(trend="rising", of="arousal"), RISING, 0.8, id="arousal"),
        pytest.param(emotion.build(trend="falling", of="valence"), RISING, -0.8, id="valence"),
        pytest.param(emotion.build(trend="falling"), RISING, None, id="the other way"),
        pytest.param(emotion.build(trend="rising", at_least=0.9), RISING, None, id="too little"),
        pytest.param(emotion.build(trend="rising"), RISING[:2], None, id="too few segments"),
        pytest.param(
            emotion.build(trend="rising"),
            (replace(CALM, odds={}), Emotion(EmotionLabel.UNKNOWN), CALM, TAGGED),
            1,
            id="labels without a degree",
        ),
    ],
)
def test_trends(operator: Operator, heard: tuple[Emotion, ...], change: float | None) -> None:
    values = [h.value for h in find(operator, feeling(*heard)).hits]

    assert values == ([] if change is None else [pytest.approx(change)])


def test_a_trend_is_that_of_one_voice() -> None:
    call = feeling(*RISING)
    turns = (replace(x, channel=n % 2) for n, x in enumerate(call.lines))
    found = find(emotion.build(trend="rising"), replace(call, lines=tuple(turns)))

    assert [(h.channel, h.span) for h in found.hits] == [(0, Span(0, 42)), (1, Span(10, 52))]


@pytest.mark.parametrize("operator", [emotion.build("SAD"), emotion.build(trend="falling")])
def test_emotions_need_no_words(operator: Operator) -> None:
    assert not operator.hears
    assert operator.phrases() == ()


@pytest.mark.parametrize(
    "options", [{}, {"is_": "ANGRY", "trend": "rising"}], ids=["neither", "both"]
)
def test_an_emotion_is_a_label_or_a_trend(options: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="give either this or a trend"):
        emotion.build(**options)  # type: ignore[arg-type]  # as a file may have it


KNOWN = replace(CALL, metadata={"direction": "in", "Wait": "42.5", "queue": "VIP-退货", "x": "nan"})


@pytest.mark.parametrize(
    ("options", "holds"),
    [
        pytest.param({"field": "direction"}, True, id="is there"),
        pytest.param({"field": "agent"}, False, id="is not there"),
        pytest.param({"field": "agent", "exists": False}, True, id="asked to be absent"),
        pytest.param({"field": "direction", "exists": False}, False, id="is there all the same"),
        pytest.param({"field": "direction", "exists": True}, True, id="asked to be there"),
        pytest.param({"field": "DIRECTION", "is_": ["out", "IN"]}, True, id="one of"),
        pytest.param({"field": "direction", "is_": "out"}, False, id="another value"),
        pytest.param({"field": "wait", "is_": 42.5}, True, id="a number in the file"),
        pytest.param({"field": "queue", "matches": "^vip-"}, True, id="a pattern"),
        pytest.param({"field": "queue", "matches": "^退货"}, False, id="a pattern without a match"),
        pytest.param({"field": "wait", "above": 42}, True, id="above"),
        pytest.param({"field": "wait", "below": 42}, False, id="below"),
        pytest.param({"field": "queue", "above": 0}, False, id="no number"),
        pytest.param({"field": "x", "above": 0}, False, id="not a number"),
        pytest.param({"field": "agent", "above": 0}, False, id="nothing to compare"),
    ],
)
def test_metadata(*, options: dict[str, str], holds: bool) -> None:
    found = find(metadata.build(**options), KNOWN)  # type: ignore[arg-type]  # as a file has it

    assert bool(found.hits) is holds
    assert (found.nearest is None) is holds


def test_metadata_is_shown_as_it_is() -> None:
    hit, = find(metadata.build("Wait", above=40), KNOWN).hits  # fmt: skip
    absent = find(metadata.build("agent"), KNOWN).nearest

    assert (hit.kind, hit.value, hit.limit, hit.note) == (
        EvidenceKind.KNOWN,
        42.5,
        40,
        "wait = 42.5",
    )
    assert absent is not None
    assert absent.note == "agent: absent"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"field": ""}, "metadata, field: '' is no text", id="no field"),
        pytest.param({"field": "a", "exists": "yes"}, "true or false", id="yes"),
        pytest.param({"field": "a", "exists": False, "is_": "b"}, "absent has no value", id="both"),
        pytest.param({"field": "a", "matches": "("}, "no pattern", id="no pattern"),
        pytest.param({"field": "a", "matches": "(a+)+"}, "in a repetition", id="a slow one"),
        pytest.param({"field": "a", "matches": "(a|aa)+x"}, "repetition", id="as slow"),
        pytest.param({"field": "a", "matches": "a*a*a*a*x"}, "too many wide", id="wide ones"),
        pytest.param({"field": "a", "is_": []}, "is no text", id="no values"),
        pytest.param({"field": "a", "is_": [{}]}, "is no text", id="a mapping"),
    ],
)
def test_metadata_that_makes_no_sense_is_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        metadata.build(**options)  # type: ignore[arg-type]  # as a file may have it


NIGHT = replace(CALL, started_at=datetime(2025, 3, 12, 23, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("operator", "holds"),
    [
        pytest.param(began.build(between=["09:00", "18:00"]), False, id="by day"),
        pytest.param(began.build(between=["22:00", "06:00"]), True, id="a night"),
        pytest.param(began.build(between=["9:00", "23:30"]), False, id="the end is outside"),
        pytest.param(began.build(weekday="wed"), True, id="a day"),
        pytest.param(began.build(weekday=["mon", "Tue"]), False, id="other days"),
        pytest.param(
            began.build(weekday="wed", between=["00:00", "12:00"]), False, id="day and time"
        ),
    ],
)
def test_when_a_call_began(*, operator: Operator, holds: bool) -> None:
    found = find(operator, NIGHT)

    assert bool(found.hits) is holds
    assert [h.note for h in (*found.hits, found.nearest) if h is not None] == ["wed 23:30"]


def test_a_call_whose_time_is_not_known_is_not_judged() -> None:
    with pytest.raises(InputError, match="when it began is not known"):
        find(began.build(weekday="mon"), replace(CALL, started_at=None))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({}, "give between or weekday", id="nothing"),
        pytest.param({"between": "09:00"}, "is not two times", id="one time"),
        pytest.param({"between": ["9", "25:00"]}, "'9' is no time", id="no time"),
        pytest.param({"between": [540, 1080]}, "in quotes", id="what YAML makes of 9:00"),
        pytest.param({"between": ["09:00+08:00", "18:00"]}, "own clock", id="a zone"),
        pytest.param({"weekday": "someday"}, "choose of mon, tue", id="no day"),
    ],
)
def test_times_that_make_no_sense_are_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        began.build(**options)


MIXED = dialogue(says(AGENT, 0, 2, language="zh"), says(CUSTOMER, 3, 5, "hello", language="en"))


@pytest.mark.parametrize(
    ("codes", "by", "spans"),
    [
        pytest.param("zh", (), [Span(0, 60)], id="of the call"),
        pytest.param("en", (), [], id="another"),
        pytest.param(["EN", "ja"], (CUSTOMER,), [Span(3, 5)], id="of somebody's lines"),
        pytest.param("en", (AGENT,), [], id="of nobody's lines"),
    ],
)
def test_languages(codes: str, by: tuple[Role, ...], spans: list[Span]) -> None:
    found = find(language.build(codes), MIXED, by=by)

    assert [h.span for h in found.hits] == spans
    assert (found.nearest is None) is bool(spans)


QUOTE = Quote(1, CUSTOMER, Span(3, 5), "我要退货")
TOLD = replace(
    CALL,
    meaning=Meaning(
        intents=(
            Intent("售后/退货退款", 0.7, IntentSource.WORDS, (QUOTE,)),
            Intent("物流", 0.2, IntentSource.SIMILARITY),
        ),
        outcome=Outcome(OutcomeKind.PROMISED, 0.6, (QUOTE,)),
        churn=Sign(0.4),
        urgency=Sign(0.9, (replace(QUOTE, segment=9),)),
    ),
)


@pytest.mark.parametrize(
    ("operator", "notes"),
    [
        pytest.param(intent.build("售后"), ["售后/退货退款"], id="the beginning of a path"),
        pytest.param(intent.build("售后/退货退款/"), ["售后/退货退款"], id="the path"),
        pytest.param(intent.build("售"), [], id="not half a name"),
        pytest.param(intent.build(["售后", "物流"]), ["物流", "售后/退货退款"], id="several"),
        pytest.param(intent.build("物流", at_least=0.5), [], id="sure enough"),
        pytest.param(outcome.build(["solved", "promised"]), ["promised"], id="outcome"),
        pytest.param(outcome.build("unsolved"), [], id="another outcome"),
        pytest.param(urgency.build(), ["urgency"], id="urgency"),
        pytest.param(churn.build(), [], id="churn is not likely enough"),
        pytest.param(churn.build(0.3), ["churn"], id="churn is likely enough"),
    ],
)
def test_what_a_call_means(operator: Operator, notes: list[str]) -> None:
    found = find(operator, TOLD)

    assert [h.note for h in found.hits] == notes
    assert not operator.hears
    assert operator.phrases() == ()


def test_what_a_call_means_is_shown_by_the_words_that_told_it() -> None:
    told, = find(intent.build("售后"), TOLD).hits  # fmt: skip
    lost, = find(urgency.build(), TOLD).hits  # fmt: skip
    bare, = find(churn.build(0.3), TOLD).hits  # fmt: skip

    assert (told.span, told.channel, told.role, told.quote) == (Span(3, 5), 1, CUSTOMER, "我要退货")
    assert (told.score, told.value, told.limit) == (0.7, 0.7, 0)
    assert lost.channel is None
    assert (bare.span, bare.quote) == (Span(0, 60), None)


@pytest.mark.parametrize(
    "operator",
    [intent.build("售后"), outcome.build("solved"), churn.build(), urgency.build()],
    ids=["intent", "outcome", "churn", "urgency"],
)
def test_where_nobody_told_there_is_no_hit(operator: Operator) -> None:
    found = find(operator, CALL)

    assert (found.hits, found.nearest) == ((), None)


@pytest.mark.parametrize("operator", [churn.build(0.5), intent.build("物流", at_least=0.5)])
def test_what_misses_by_degree_is_the_nearest(operator: Operator) -> None:
    nearest = find(operator, TOLD).nearest

    assert nearest is not None
    assert nearest.value is not None
    assert nearest.value < 0.5


def judged(verdict: Verdict, *evidence: Evidence) -> Context:
    return replace(NOTHING, findings={"greeting": Finding("greeting", 1, verdict, 0.0, evidence)})


@pytest.mark.parametrize(
    ("operator", "verdict", "hits", "doubts"),
    [
        pytest.param(rule.build("greeting"), Verdict.FAIL, 1, 0, id="failed"),
        pytest.param(rule.build("greeting"), Verdict.PASS, 0, 0, id="passed"),
        pytest.param(rule.build("greeting", verdict="pass"), Verdict.PASS, 1, 0, id="to pass"),
        pytest.param(rule.build("greeting"), Verdict.UNCERTAIN, 0, 1, id="uncertain"),
        pytest.param(
            rule.build("greeting", verdict=["n/a", "uncertain"]),
            Verdict.UNCERTAIN, 1, 0,
            id="asked for uncertain ones",
        ),
    ],
)  # fmt: skip
def test_what_another_rule_says(
    operator: Operator, verdict: Verdict, hits: int, doubts: int
) -> None:
    found = operator.find(CALL, scope(CALL), judged(verdict))

    assert (len(found.hits), len(found.doubts)) == (hits, doubts)


def test_another_rule_is_where_its_evidence_is() -> None:
    evidence = (Evidence(EvidenceKind.KNOWN), Evidence(EvidenceKind.SAID, Span(3, 5)))
    context = judged(Verdict.FAIL, *evidence)
    (hit,) = rule.build("greeting").find(CALL, scope(CALL), context).hits

    assert (hit.span, hit.note) == (Span(3, 5), "greeting: fail")


def test_a_rule_that_was_not_judged_tells_nothing() -> None:
    with pytest.raises(InputError, match="rule greeting: not judged in this call"):
        find(rule.build("greeting"), CALL)


def answering(answer: Answer) -> Context:
    def asked(_call: Dialogue, _scope: Scope, question: str) -> Answer:
        assert question == "客服道歉了吗？"
        return answer

    return Context(silent, ask=asked)


SAID = Hit(Span(6, 8), EvidenceKind.SAID, quote="好的")


@pytest.mark.parametrize(
    ("answer", "quotes"),
    [
        pytest.param(Answer(yes=True, quotes=(SAID,), reason="因为"), ["好的"], id="yes, quoted"),
        pytest.param(Answer(yes=True), [None], id="yes, and no quote"),
        pytest.param(Answer(yes=False, quotes=(SAID,)), [], id="no"),
    ],
)
def test_a_question(answer: Answer, quotes: list[str | None]) -> None:
    hits = ask.build("客服道歉了吗？").find(CALL, scope(CALL), answering(answer)).hits

    assert [h.quote for h in hits] == quotes
    assert all(h.kind is EvidenceKind.ANSWERED for h in hits)
    assert [h.note for h in hits] == [answer.reason or None] * len(hits)


def test_a_question_without_a_model_is_not_judged() -> None:
    with pytest.raises(ConfigError, match="no language model is set"):
        find(ask.build("客服道歉了吗？"), CALL)


def test_only_a_question_rests_on_words() -> None:
    known: list[Operator] = [
        metadata.build("a"),
        began.build(weekday="mon"),
        language.build("zh"),
        rule.build("a"),
    ]

    assert ask.build("问").hears
    assert not any(operator.hears for operator in known)
    assert all(operator.phrases() == () for operator in [ask.build("问"), *known])
