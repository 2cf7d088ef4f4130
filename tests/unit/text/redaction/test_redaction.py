import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import AGENT, CUSTOMER, analysis, call, evenly, says
from huiting.core.analysis import Analysis
from huiting.core.codec import from_json, to_json
from huiting.core.errors import InputError
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Score,
    ScoredItem,
    Verdict,
)
from huiting.core.meaning import Meaning, Outcome, OutcomeKind, Quote, Summary
from huiting.core.rewrite import Change, rewrite, written_words
from huiting.core.types import (
    Condition,
    ConditionKind,
    Emotion,
    EmotionLabel,
    Event,
    EventLabel,
    EventSource,
    Segment,
    Span,
)
from huiting.text import itn
from huiting.text.entities.list_file import parse_entities
from huiting.text.entities.stage import entities_stage
from huiting.text.redaction.policy import Action, Policy
from huiting.text.redaction.policy_file import read_policy
from huiting.text.redaction.redact import redacted, redacted_judgement, to_silence

WRITE = itn.build()
STAGE = entities_stage()


def heard(role: object, start: float, spoken: str, language: str = "zh") -> Segment:
    """Return a segment as the pipeline makes it: word times, numbers written as digits."""
    words = evenly(spoken, start, start + len(spoken) * 0.2)
    end = start + len(spoken) * 0.2
    return WRITE(says(role, start, end, spoken, words=words, language=language))  # type: ignore[arg-type]  # a Role


def told(*segments: Segment, **recording: object) -> Analysis:
    made = analysis(call(*segments, duration=600))
    made = replace(made, meaning=STAGE(made.call, Meaning()))
    known = replace(made.call.recording, **{"metadata": {}, **recording})  # type: ignore[arg-type]  # fields of it
    return replace(made, call=replace(made.call, recording=known))


def texts(made: Analysis) -> list[str]:
    return [s.text for s in made.call.segments]


PHONE = heard(CUSTOMER, 0, "我的电话是幺三八零零幺三八零零零谢谢")


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (Action.TAG, "我的电话是[PHONE]谢谢"),
        (Action.MASK, "我的电话是***********谢谢"),
        (Action.PARTIAL, "我的电话是138****8000谢谢"),
        (Action.KEEP, "我的电话是13800138000谢谢"),
    ],
)
def test_what_stands_there_follows_the_policy(action: Action, text: str) -> None:
    assert texts(redacted(told(PHONE), Policy({"phone": action}))) == [text]


def test_a_hash_is_the_same_for_one_value_and_one_key() -> None:
    policy = Policy({"phone": Action.HASH}, key=b"k" * 32)
    [once], [again] = texts(redacted(told(PHONE), policy)), texts(redacted(told(PHONE), policy))
    [other] = texts(redacted(told(PHONE), replace(policy, key=b"o" * 32)))

    assert re.search(r"\[PHONE:[0-9a-f]{10}\]", once)
    assert once == again != other


@pytest.mark.parametrize(
    ("kind", "text", "left"),
    [("id_card", "11010519491231002X", "**************002X"), ("bank_card", "4111111111111111", "************1111"),
     ("email", "ann@example.com", "a**@*******.***"), ("person", "张伟", "张*"), ("person", "王", "*"), ("plate", "京A12345", "京A*****"),
     ("phone", "0105", "**05"), ("wechat", "wxid_1", "w***_*"), ("other", "ab", "a*")],
)  # fmt: skip
def test_partial_hides_a_third_at_least(kind: str, text: str, left: str) -> None:
    assert Policy(default=Action.PARTIAL).mark(kind, text, text) == left
    assert sum(c.isalnum() for c in left) <= sum(c.isalnum() for c in text) * 2 / 3


def test_a_group_of_a_dictated_number_leaves_nothing() -> None:
    assert Policy(default=Action.PARTIAL).mark("phone", "138", "13800138000") == "***"


def test_the_copy_is_a_whole_analysis_and_the_original_stays() -> None:
    made = told(heard(AGENT, 0, "您好工号八零零一"), replace(PHONE, span=Span(5, 9)))
    before = to_json(made)
    copy = redacted(made, Policy())

    assert to_json(made) == before
    assert to_json(from_json(to_json(copy))) == to_json(copy)
    assert texts(copy) == ["您好工号8001", "我的电话是[PHONE]谢谢"]
    [agent, phone] = copy.meaning.entities
    assert copy.call.segments[0].text[agent.start : agent.end] == agent.text == "8001"
    assert copy.call.segments[1].text[phone.start : phone.end] == phone.text == "[PHONE]"
    assert phone.value == "[PHONE]"


def test_words_keep_their_times_around_what_is_covered() -> None:
    [segment] = redacted(told(PHONE), Policy()).call.segments
    words = written_words(segment)

    assert [w.text for w in words] == [*"我的电话是", "[PHONE]", *"谢谢"]
    assert words[5].span == Span(PHONE.words[5].span.start, PHONE.words[15].span.end)
    assert "幺" not in segment.spoken


def test_edits_of_the_rest_stay() -> None:
    segment = heard(CUSTOMER, 0, "一共三百块电话幺三八零零幺三八零零零还剩二十块")
    [copy] = redacted(told(segment), Policy()).call.segments

    assert copy.text == "一共300块电话[PHONE]还剩20块"
    assert copy.spoken == "一共三百块电话[PHONE]还剩二十块"
    assert [e.written for e in copy.edits] == ["300", "20"]


def test_two_values_in_one_edit_are_both_covered() -> None:
    segment = says(CUSTOMER, 0, 4, "甲乙", words=evenly("甲乙", 0, 4))
    segment = rewrite(segment, [Change(0, 2, "13800138000或13900139000")], "hotword")
    [copy] = redacted(told(segment), Policy()).call.segments

    assert (copy.text, copy.spoken, copy.edits) == ("[PHONE]或[PHONE]",) * 2 + ((),)
    assert [w.text for w in copy.words] == ["[PHONE]或[PHONE]"]


def test_a_value_that_was_only_inserted_is_covered() -> None:
    segment = says(CUSTOMER, 0, 4, "电话", words=evenly("电话", 0, 4))
    segment = rewrite(segment, [Change(2, 2, "13800138000")], "hotword")
    [copy] = redacted(told(segment), Policy()).call.segments

    assert copy.text == "电话[PHONE]"
    assert [w.text for w in copy.words] == ["电", "话[PHONE]"]


def test_what_is_said_again_is_covered_too() -> None:
    made = told(
        heard(CUSTOMER, 0, "我叫张伟电话是幺三八零零幺三八零零零"),
        heard(AGENT, 10, "张伟尾号是八零零零吗"),
        heard(AGENT, 20, "一共八千元"),
        says(AGENT, 30, 32, "重复一下1380013，8000对吧"),
    )
    made = replace(made, meaning=replace(made.meaning, entities=(*made.meaning.entities,)))
    copy = redacted(made, Policy())

    assert texts(copy) == [
        "我叫[PERSON]电话是[PHONE]",
        "[PERSON]尾号是[DIGITS]吗",
        "一共8000元",
        "重复一下[PHONE]对吧",
    ]


def test_a_kept_entity_that_a_cover_cuts_is_gone() -> None:
    lists = parse_entities("entities: [{kind: product, words: [张伟牌手机]}]".encode(), "t")
    made = told(says(CUSTOMER, 0, 2, "我叫张伟。"), says(CUSTOMER, 3, 4, "张伟牌手机"))
    entities = entities_stage(lists)(made.call, Meaning()).entities
    copy = redacted(replace(made, meaning=Meaning(entities)), Policy())

    assert texts(copy) == ["我叫[PERSON]。", "[PERSON]牌手机"]
    assert [e.kind for e in copy.meaning.entities] == ["person"]


def test_a_kept_entity_moves_with_the_text() -> None:
    made = told(says(CUSTOMER, 0, 2, "13800138000，299元"))
    [_, money] = redacted(made, Policy()).meaning.entities

    assert (money.start, money.text) == (8, "299元")


def test_a_kept_entity_that_is_the_private_value_is_gone() -> None:
    made = told(
        says(AGENT, 0, 1, "订单号13800138000"),
        says(CUSTOMER, 2, 3, "电话13800138000"),
    )
    copy = redacted(made, Policy())

    assert texts(copy) == ["订单号[PHONE]", "电话[PHONE]"]
    assert [e.kind for e in copy.meaning.entities] == ["phone"]


def test_quotes_and_advice_are_gone_through() -> None:
    made = told(says(CUSTOMER, 0, 2, "我是13800138000的机主"))

    def quote(text: str, place: int = 0) -> Quote:
        return Quote(place, CUSTOMER, Span(0, 2), text)

    meaning = replace(
        made.meaning,
        needs=(quote("13800138000的"), quote("我是1380"), quote("打138 0013 8000"), quote("机主"), quote("138001", 9)),
        outcome=Outcome(OutcomeKind.SOLVED, None, (quote("是13800138000"),)),
        advice=("call 13800138000",),
        summary=Summary("His number is 13800138000.", "", ("ring 138-0013-8000",), (), "model"),
    )  # fmt: skip
    copy = redacted(replace(made, meaning=meaning), Policy()).meaning

    assert [q.text for q in copy.needs] == [
        "[PHONE]的",
        "我是[PHONE]",
        "打[PHONE]",
        "机主",
        "[PHONE]",
    ]
    assert copy.outcome is not None
    assert copy.outcome.quotes[0].text == "是[PHONE]"
    assert copy.advice == ("call [PHONE]",)
    assert copy.summary is not None
    assert (copy.summary.text, copy.summary.next_steps) == (
        "His number is [PHONE].",
        ("ring [PHONE]",),
    )


def test_metadata_and_the_file_name_are_covered() -> None:
    made = told(
        says(AGENT, 0, 1, "好的"),
        path="/calls/张三/8001_20250312101523_15455550101_in.wav",
        metadata={"phone": "15455550101", "file": "8001_15455550101.wav", "agent": "8001", "客户姓名": "张三丰",
                  "note": "回电15455550101给张三丰", "crm": "C-77", "mobile": ""},
    )  # fmt: skip
    recording = redacted(made, Policy(metadata={"crm": "account_no"})).call.recording

    assert recording.path == "abababababababab.wav"
    assert recording.metadata == {
        "phone": "[PHONE]", "file": "8001_[PHONE].wav", "agent": "8001", "客户姓名": "[PERSON]",
        "note": "回电[PHONE]给[PERSON]", "crm": "[ACCOUNT_NUMBER]", "mobile": "",
    }  # fmt: skip
    assert recording.id == made.call.recording.id


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        pytest.param("联系电话", "13912345678", "[PHONE]", id="telephone"),
        pytest.param("phone_number", "13912345678", "[PHONE]", id="phone_number"),
        pytest.param("caller_id", "13912345678", "[PHONE]", id="caller_id"),
        pytest.param("From", "1002", "[PHONE]", id="a whole name"),
        pytest.param("CallerID", "1002", "[PHONE]", id="camel case"),
        pytest.param("contact", "张三", "[PERSON]", id="contact"),
        pytest.param("caller_name", "张三", "[PERSON]", id="name of a caller"),
        pytest.param("备注", "客户打13912345678找李先生", "客户打[PHONE]找[PERSON]", id="a remark"),
        pytest.param("备注", "联系人:李四", "联系人:[PERSON]", id="a name behind a colon"),
        pytest.param("channel_var", "sip:13912345678@10.0.0.1", "sip:[PHONE]@10.0.0.1", id="an address of a call"),
        pytest.param("crm", "/u/13912345678/x", "/u/[PHONE]/x", id="in a path"),
        pytest.param("ref", "tel139x13912345678", "tel139x[PHONE]", id="in a word"),
        pytest.param("order_no", "202503108866", "202503108866", id="an order, which stays"),
        pytest.param("started", "20250312101523", "20250312101523", id="a moment"),
        pytest.param("date", "2025-03-12T10:15:23+08:00", "2025-03-12T10:15:23+08:00", id="a day"),
        pytest.param("queue_name", "售后", "售后", id="name of a thing"),
        pytest.param("来电原因", "退货", "退货", id="about the call"),
        pytest.param("called_at", "10:15", "10:15", id="when it was called"),
        pytest.param("ip_address", "10.0.0.1", "10.0.0.1", id="address of a machine"),
        pytest.param("agent", "8001", "8001", id="who answers"),
    ],
)  # fmt: skip
def test_what_a_field_holds_is_looked_for(name: str, value: str, left: str) -> None:
    made = told(says(AGENT, 0, 1, "好的"), metadata={name: value})

    assert redacted(made, Policy()).call.recording.metadata == {name: left}


def test_a_number_in_the_name_of_a_file_is_covered_in_fields_too() -> None:
    made = told(
        says(AGENT, 0, 1, "好的"), path="/rec/13912345678_x.wav", metadata={"n": "from 13912345678"}
    )

    written = to_json(redacted(made, Policy())).decode()

    assert "13912345678" not in written
    assert made.call.recording.metadata == {"n": "from 13912345678"}


def test_a_kind_that_is_kept_stays_in_fields() -> None:
    made = told(says(AGENT, 0, 1, "好的"), metadata={"phone": "13912345678", "备注": "13812345678"})

    copy = redacted(made, Policy({"phone": Action.KEEP}))

    assert copy.call.recording.metadata == made.call.recording.metadata


def test_a_word_in_a_field_of_telephones_is_not_looked_for_in_speech() -> None:
    made = told(says(AGENT, 0, 1, "your mobile please"), metadata={"phone kind": "mobile"})

    assert texts(redacted(made, Policy())) == ["your mobile please"]


def test_what_is_no_format_is_left_out_of_a_name() -> None:
    made = told(says(AGENT, 0, 1, "好的"), path="/rec/call.13912345678")

    assert redacted(made, Policy()).call.recording.path == "ab" * 8


def test_keys_that_were_pressed_and_words_of_an_emotion() -> None:
    made = told(says(CUSTOMER, 0, 2, "我叫张伟。"))
    events = (
        Event(EventLabel.DTMF, Span(3, 4), EventSource.SIGNAL, 1, text="0072"),
        Event(EventLabel.LAUGHTER, Span(4, 5), EventSource.MODEL, 1),
        Event(EventLabel.NOISE, Span(5, 6), EventSource.MODEL, 1, text="张伟"),
    )
    angry = Emotion(EmotionLabel.ANGRY, words=("张伟",))
    [segment] = made.call.segments
    told_more = replace(made.call, events=events, segments=(replace(segment, emotion=angry),))
    copy = redacted(replace(made, call=told_more), Policy()).call

    assert [e.text for e in copy.events] == ["[KEYS]", None, "[PERSON]"]
    assert copy.segments[0].emotion == replace(angry, words=("[PERSON]",))


def test_evidence_of_a_judgement_is_covered_and_its_ids_are_not() -> None:
    made = told(says(CUSTOMER, 0, 2, "尾号0102，电话13800138000"))
    said = Evidence(EvidenceKind.SAID, segment=0, quote="电话13800138000", note="13800138000?")
    far = Evidence(EvidenceKind.KNOWN, quote="给13800138000")
    judgement = Judgement(
        call="f00102",
        findings=(Finding("r-13800138000", 1, Verdict.FAIL, evidence=(said, far, Evidence(EvidenceKind.KNOWN))),),
        scores=(Score("s", 1, 1.0, 2.0, (ScoredItem("i", "n", "s", 1, 2, Verdict.PASS, rules=("0102",), why="13800138000"),)),),
        rules="aa0102",
        problems={"r": "13800138000"},
    )  # fmt: skip
    copy = redacted_judgement(judgement, made, Policy())

    [finding] = copy.findings
    assert [(e.quote, e.note) for e in finding.evidence] == [
        ("电话[PHONE]", "[PHONE]?"), ("给[PHONE]", None), (None, None),
    ]  # fmt: skip
    assert (copy.call, copy.rules, finding.rule) == ("f00102", "aa0102", "r-13800138000")
    assert copy.scores[0].items[0].rules == ("0102",)
    assert copy.scores[0].items[0].why == "[PHONE]"
    assert copy.problems == {"r": "[PHONE]"}


def test_what_is_silenced_is_when_it_is_said() -> None:
    made = told(PHONE, heard(AGENT, 10, "一共三百块"))

    assert to_silence(made, Policy()) == {
        1: (Span(PHONE.words[5].span.start, PHONE.words[15].span.end),)
    }
    assert to_silence(made, Policy({"phone": Action.KEEP})) == {}


def test_without_word_times_the_whole_segment_is_silenced() -> None:
    made = told(says(CUSTOMER, 1, 4, "电话13800138000"))

    assert to_silence(made, Policy()) == {1: (Span(1, 4),)}


@pytest.mark.parametrize("kind", [ConditionKind.DUAL_MONO, ConditionKind.BLEED])
def test_a_channel_with_a_copy_of_the_other_is_silenced_too(kind: ConditionKind) -> None:
    made = told(says(CUSTOMER, 1, 4, "电话13800138000"))
    copied = replace(made, call=replace(made.call, conditions=(Condition(kind, 0, -20.0),)))

    assert to_silence(copied, Policy()) == {0: (Span(1, 4),), 1: (Span(1, 4),)}


def test_keys_are_silenced_where_they_sound() -> None:
    made = told(says(AGENT, 0, 1, "好"))
    events = (
        Event(EventLabel.DTMF, Span(3, 4), EventSource.SIGNAL, 1, text="12"),
        Event(EventLabel.DTMF, Span(5, 6), EventSource.SIGNAL, None, text="12"),
    )
    pressed = replace(made, call=replace(made.call, events=events))

    assert to_silence(pressed, Policy()) == {0: (Span(5, 6),), 1: (Span(3, 4), Span(5, 6))}
    assert to_silence(pressed, Policy({"dtmf": Action.KEEP})) == {}


DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
NAMES = st.sampled_from(["张伟民", "欧阳修", "李雪梅", "王建国"])


def chinese(digits: str) -> str:
    return "".join(DIGITS[d] for d in digits)


@settings(max_examples=150, deadline=None)
@given(
    MOBILES,
    NAMES,
    st.sampled_from([Action.TAG, Action.MASK, Action.HASH]),
    st.lists(st.sampled_from(["好的", "一共三百块", "嗯那个", "十点半吧", "三月八号"]), max_size=4),
    st.integers(0, 10),
)
def test_nothing_of_a_private_value_survives(
    phone: str, name: str, action: Action, around: list[str], split: int
) -> None:
    spoken = chinese(phone)
    cut = min(split, len(spoken) - 1) or 3
    lines = [f"我叫{name}", *around, f"电话是{spoken}谢谢", f"再说一遍{spoken}", f"{name}您好",
             f"手机号是{spoken[:cut]}", spoken[cut:], *around]  # fmt: skip
    made = told(
        *(heard(CUSTOMER, 5 * i, line) for i, line in enumerate(lines)),
        path=f"/x/{name}_{phone}.wav",
        metadata={"phone": phone, "note": f"{name} {phone}"},
    )
    quotes = tuple(Quote(i, CUSTOMER, s.span, s.text) for i, s in enumerate(made.call.segments))
    made = replace(made, meaning=replace(made.meaning, needs=quotes))
    policy = Policy(default=action, key=b"k" * 32)
    written = to_json(redacted(made, policy)).decode()

    assert name not in written
    body = json.loads(written)
    said = json.dumps([body["call"]["segments"], body["meaning"], body["call"]["recording"]["metadata"],
                       body["call"]["recording"]["path"]], ensure_ascii=False)  # fmt: skip
    marks = re.sub(r"\[[A-Z]+:[0-9a-f]{10}\]", "", said)
    for at in range(len(phone) - 4):
        assert phone[at : at + 5] not in marks
        assert spoken[at : at + 5] not in marks


def policy_of(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    return read_policy(path, {"member": "MEMBER"})


def test_a_policy_is_read_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"0123456789abcdef\n")
    policy = policy_of(
        tmp_path,
        "default: mask\nkinds:\n  phone: hash\n  order_no: partial\nmetadata:\n  crm: account_no\nkey: key\n",
    )

    assert policy.action("phone") is Action.HASH
    assert policy.action("order_no") is Action.PARTIAL
    assert policy.action("person") is Action.MASK
    assert policy.action("money") is Action.KEEP
    assert policy.action("member") is Action.MASK
    assert policy.field_kind("crm") == "account_no"
    assert policy.field_kind("Phone") == "phone"
    assert policy.key == b"0123456789abcdef"
    assert policy.mark("member", "x", "x") == "*"
    assert replace(policy, default=Action.TAG).mark("member", "x", "x") == "[MEMBER]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("default: hide", "policy.yaml:1: 'hide' is not known here; choose keep or mask"),
        ("kinds:\n  phone: x", "policy.yaml:2: 'x' is not known here"),
        ("kinds: [a]", "policy.yaml:1: a mapping is needed"),
        ("kinds:\n  phone: hash", "`hash` without `key`"),
        ("key: none", "policy.yaml:1: key .*none: it cannot be read"),
        ("key: short", "policy.yaml:1: the key has 5 bytes"),
        ("a: \x00", "not YAML"),
        ("colour: red", "unknown key 'colour'"),
        ("kinds: " + "[" * 3000, "policy.yaml:1: nested too deeply"),
        ("key: &a key", "policy.yaml:1: anchors and aliases"),
        ('key: "a\\0b"', "policy.yaml:1: key .*: it cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_policy_is_named_by_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "short").write_bytes(b"12345")

    with pytest.raises(InputError, match=message):
        policy_of(tmp_path, text)


def test_the_key_is_not_shown() -> None:
    assert "secret" not in repr(Policy(key=b"secret"))
