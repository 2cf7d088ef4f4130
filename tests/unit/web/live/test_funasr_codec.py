"""FunASR's protocol as its own clients write and read it, without a connection."""

import json
import re
import time
from dataclasses import replace

import pytest

from fakes import CUSTOMER, says
from huiting.core.errors import InputError
from huiting.core.rewrite import Change, rewrite
from huiting.core.types import Segment, Span, Word
from huiting.live.updates import Final, Lost, Partial, Pulse, Update
from huiting.web.live.funasr_asked import Asked, Mode, hotwords_of, read
from huiting.web.live.funasr_told import Telling, joined, offline, refused

PYTHON = {
    "mode": "2pass", "chunk_size": [5, 10, 5], "chunk_interval": 10, "encoder_chunk_look_back": 4,
    "decoder_chunk_look_back": 0, "audio_fs": 8000, "wav_name": "demo", "wav_format": "pcm",
    "is_speaking": True, "hotwords": '{"阿里巴巴": 20, "hello world": 40}', "itn": True,
}  # fmt: skip
"""What the client in Python says first."""
HTML5 = {
    "chunk_size": [5, 10, 5], "wav_name": "h5", "is_speaking": True, "chunk_interval": 10,
    "itn": False, "mode": "offline", "wav_format": "PCM", "audio_fs": 16000,
}  # fmt: skip
JAVA = {
    "mode": "online", "chunk_size": [5, 10, 5], "chunk_interval": 10, "wav_name": "javatest",
    "hotwords": '{"hello": "30"}', "wav_format": "pcm", "is_speaking": True,
}  # fmt: skip
CPP = {
    "mode": "2pass", "chunk_size": [5, 10, 5], "wav_name": "wav-default-id", "wav_format": "others",
    "audio_fs": 16000, "is_speaking": True, "itn": True, "svs_itn": True, "svs_lang": "yue",
}  # fmt: skip
CPP_OFFLINE = {
    "chunk_size": [5, 10, 5], "chunk_interval": 10, "wav_name": "a", "wav_format": "others",
    "audio_fs": 8000, "is_speaking": True, "itn": True, "svs_itn": True,
}  # fmt: skip
"""It says no mode: it knows of one only."""
TWO = Asked(Mode.TWO_PASS)


def spoken(text: str, start: float = 0.0, number: int = 0, *, itn: str = "") -> Segment:
    """Return a segment with a word for each character or Latin word, 0.2 s each."""
    bare = re.findall(r"[A-Za-z]+|[^\W_]", text)
    words = [
        Word(word, Span(start + 0.2 * i, start + 0.2 * i + 0.2), None)
        for i, word in enumerate(bare)
    ]
    joined_up = "".join(bare)
    made = says(CUSTOMER, start, start + 0.2 * len(words), joined_up, channel=number, words=words)
    marks: list[Change] = []
    at = 0
    for character in text:
        if character in joined_up[at : at + 1]:
            at += 1
        else:
            marks.append(Change(at, at, character))
    made = rewrite(made, marks, "punctuation")
    if itn:
        old, new = itn.split("=")
        place = made.text.index(old)
        made = rewrite(made, [Change(place, place + len(old), new)], "itn")
    return made


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (PYTHON, Asked(Mode.TWO_PASS, "demo", "pcm", 8000, ("阿里巴巴", "hello world"))),
        (HTML5, Asked(Mode.OFFLINE, "h5", "pcm", 16000, itn=False)),
        (JAVA, Asked(Mode.ONLINE, "javatest", "pcm", 16000, ("hello",))),
        (CPP, Asked(Mode.TWO_PASS, "wav-default-id", "others", 16000, language="yue")),
        (CPP_OFFLINE, Asked(Mode.OFFLINE, "a", "others", 8000)),
        ({}, Asked()),
        ({"mode": "", "hotwords": "", "wav_name": None, "svs_lang": "auto"}, Asked()),
        ({"audio_fs": "8000", "itn": "false", "chunk_size": "5,10,5"}, Asked(rate=8000, itn=False)),
    ],
    ids=["Python", "HTML5", "Java", "C++", "C++ offline", "nothing", "empty", "numbers as text"],
)  # fmt: skip
def test_what_each_client_says_first_is_understood(body: dict[str, object], asked: Asked) -> None:
    assert read(json.dumps(body), Asked()) == asked


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ('{"阿里巴巴":20,"通义实验室":30}', ("阿里巴巴", "通义实验室")),
        ({"阿里巴巴": 20}, ("阿里巴巴",)),
        ('["退货", "运费险 20"]', ("退货", "运费险")),
        ("阿里巴巴,通义实验室", ("阿里巴巴", "通义实验室")),
        ("阿里巴巴 20\n通义实验室 30", ("阿里巴巴", "通义实验室")),
        ("", ()),
        ("{broken", ("{broken",)),
        ("a" * 101, ()),
    ],
    ids=["a text of JSON", "JSON", "a list", "commas", "lines", "none", "broken JSON", "too long"],
)
def test_hotwords_are_found_however_they_are_written(given: object, words: tuple[str, ...]) -> None:
    assert hotwords_of(given) == words


def test_blanks_take_no_time() -> None:
    began = time.process_time()
    found = hotwords_of([" " * 1_000_000 + "x", "1 " * 500_000 + "x", " 1" * 500_000 + "x"])

    assert found == ("x",)
    assert time.process_time() - began < 5.0  # seconds; hours where it looks from every blank


def test_hotwords_of_a_hostile_client_are_bounded() -> None:
    assert len(hotwords_of(" ".join(f"w{i}x" for i in range(5000)))) == 1000


@pytest.mark.parametrize(
    ("text", "over", "answered"),
    [
        ('{"is_speaking": false}', True, False),
        ('{"is_speaking": false, "is_end": true}', True, True),
        ('{"is_finished": true}', True, False),
        ('{"is_speaking": "false"}', True, False),
        ('{"hotwords": "退货"}', False, False),
    ],
)
def test_the_end_of_the_audio_is_noticed(text: str, over: bool, answered: bool) -> None:  # noqa: FBT001
    asked = read(text, Asked(name="kept", rate=8000))

    assert (asked.over, asked.answered) == (over, answered)
    assert (asked.name, asked.rate) == ("kept", 8000)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "[]", "3", "null", '{"mode": "3pass"}', '{"mode": 2}', '{"audio_fs": "fast"}',
     "[" * 100_000],
    ids=["nothing", "no JSON", "a list", "a number", "null", "mode", "mode 2", "rate", "deep"],
)  # fmt: skip
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read(text, Asked())


def seen_by_python(messages: list[dict[str, object]]) -> str:
    """Put messages together as `funasr_wss_client.py` does."""
    online, offline_text, shown = "", "", ""
    for message in messages:
        text = str(message["text"])
        if message["mode"] == "2pass-online":
            online += text
            shown = offline_text + online
        elif message["mode"] == "2pass-offline":
            online = ""
            offline_text += text
            shown = offline_text
        else:
            shown += text
    return shown


def seen_by_html5(messages: list[dict[str, object]]) -> list[str]:
    """Return the stretches with times that `main.js` shows of offline texts; it must not fail."""
    shown: list[str] = []
    for message in messages:
        text, times = str(message["text"]), message.get("timestamp")
        if times is None or not text:
            continue
        found = json.loads(str(times))
        at = 0
        for stretch in re.sub(r"[。？，、?. ]", ",", text).split(","):
            if stretch:
                shown.append(f"{found[at][0] / 1000}:{stretch}")
                at += 1 if re.fullmatch(r"[a-zA-Z]+", stretch) else len(stretch)
        assert at <= len(found)
    return shown


def final(number: int, *segments: Segment) -> Final:
    return Final(number, segments)


def test_two_passes_come_to_what_was_said() -> None:
    telling = Telling(TWO)
    updates: list[Update] = [
        Partial(0, 1, Span(0, 1), "", "我"),
        Partial(0, 1, Span(0, 1.4), "我要", "我要退"),
        Pulse(1.5),
        Partial(0, 1, Span(0, 2), "我要退", "我要退货"),
        final(1, spoken("我要退货。")),
        Partial(0, 2, Span(3, 4), "好", "好的"),
        final(2, spoken("好的。", 3.0)),
    ]

    told = [message for update in updates for message in telling.tell(update)]

    assert [m["mode"] for m in told] == [
        *("2pass-online", "2pass-online", "2pass-offline", "2pass-online", "2pass-offline"),
    ]  # fmt: skip
    assert [m["text"] for m in told] == ["我要", "退", "我要退货。", "好", "好的。"]
    assert [m["slice_type"] for m in told] == [0, 1, 2, 0, 2]
    assert [m["index"] for m in told] == [0, 0, 0, 1, 1]
    assert not any(m["is_final"] for m in told)
    assert seen_by_python([*told, telling.end()]) == "我要退货。好的。"
    assert seen_by_html5(told) == ["0.0:我要退货", "3.0:好的"]


def test_what_is_said_next_waits_for_what_was_said_before() -> None:
    telling = Telling(TWO)
    telling.tell(Partial(0, 1, Span(0, 1), "我要", "我要"))

    held = telling.tell(Partial(0, 2, Span(3, 4), "好的", "好的"))
    told = telling.tell(final(1, spoken("我要退货。")))

    assert held == []
    assert [(m["mode"], m["text"]) for m in told] == [
        ("2pass-offline", "我要退货。"), ("2pass-online", "好的"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "update", [Final(1, ()), Lost(1, 0, Span(0, 1), "memory")], ids=["", "lost"]
)
def test_what_was_told_and_is_nothing_after_all_is_taken_back(update: Final | Lost) -> None:
    telling = Telling(TWO)
    told = telling.tell(Partial(0, 1, Span(0, 1), "嗯", "嗯"))

    assert seen_by_python([*told, *telling.tell(update)]) == ""


def test_nothing_is_told_of_what_was_never_told_and_is_nothing() -> None:
    assert Telling(TWO).tell(Final(1, ())) == []


@pytest.mark.parametrize(
    ("certain", "whole", "rest"),
    [
        ("我要", "我要退货。", "退货。"),
        ("", "好的。", "好的。"),
        ("我要退", "我要，退货。", "货。"),
        ("你号", "您好。", "。"),
        ("我要退货。", "我要退货。", ""),
    ],
    ids=["more", "all", "a mark between", "another word", "nothing more"],
)
def test_one_pass_adds_only_what_is_new(certain: str, whole: str, rest: str) -> None:
    telling = Telling(Asked(Mode.ONLINE))
    told = telling.tell(Partial(0, 1, Span(0, 1), certain, certain))

    more = telling.tell(final(1, spoken(whole)))

    assert [m["text"] for m in told] == ([certain] if certain else [])
    assert "".join(str(m["text"]) for m in more) == rest
    assert all(m["mode"] == "online" for m in [*told, *more])


def test_offline_says_nothing_before_the_end() -> None:
    assert Telling(Asked(Mode.OFFLINE)).tell(Partial(0, 1, Span(0, 1), "我", "我")) == []


def test_the_end_is_told_to_who_waits_for_it() -> None:
    plain, waiting = Telling(replace(TWO, name="a")), Telling(Asked(name="b", answered=True))

    assert plain.end() == {
        "mode": "2pass-offline", "wav_name": "a", "text": "", "is_final": True,
    }  # fmt: skip
    assert waiting.end()["is_end"] is True
    assert waiting.end("full")["is_final"] is False
    assert refused(Asked(), "no")["error"] == "no"


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("我要退货，谢谢。", ["0.0:我要退货", "0.8:谢谢"]),
        ("OK，好的。", ["0.0:OK", "0.2:好的"]),
        ("请用 VIP 卡。", ["0.0:请用", "0.4:VIP", "0.6:卡"]),
        ("好！行！可以，再见。", ["0.0:好！行！可以", "0.8:再见"]),
        ("iPhone手机坏了，是的。", ["0.0:iPhone手机坏了", "1.0:是的"]),
    ],
    ids=["marks", "a Latin word", "blanks", "other marks", "mixed"],
)
def test_the_html5_page_finds_every_time(text: str, stretches: list[str]) -> None:
    told = Telling(TWO).tell(final(1, spoken(text)))

    assert seen_by_html5(told) == stretches


def test_digits_have_times_too_and_are_words_where_itn_is_not_wanted() -> None:
    segment = spoken("要三百元，对。", itn="三百=300")

    told = Telling(TWO).tell(final(1, segment))
    as_spoken = Telling(Asked(itn=False)).tell(final(1, segment))

    assert told[0]["text"] == "要300元，对。"
    assert as_spoken[0]["text"] == "要三百元，对。"
    assert seen_by_html5(told) == ["0.0:要300元", "0.8:对"]
    assert seen_by_html5(as_spoken) == ["0.0:要三百元", "0.8:对"]


def test_sentences_have_a_time_for_each_character_or_word() -> None:
    told = Telling(TWO).tell(final(1, spoken("正是 OK，对。")))

    assert told[0]["stamp_sents"] == [
        {
            "text_seg": "正 是 OK", "punc": "，", "start": 0, "end": 600,
            "ts_list": [[0, 200], [200, 400], [400, 600]],
        },
        {"text_seg": "对", "punc": "。", "start": 600, "end": 800, "ts_list": [[600, 800]]},
    ]  # fmt: skip


def test_an_engine_without_times_gives_a_text_without() -> None:
    segment = says(CUSTOMER, 0, 1, "您好。", channel=0)

    told = Telling(TWO).tell(final(1, segment))

    assert "timestamp" not in told[0]
    assert (told[0]["start_time"], told[0]["end_time"]) == (0, 1000)


def test_whole_audio_is_answered_once() -> None:
    answer = offline(
        Asked(Mode.OFFLINE, "x", answered=True), [spoken("你好OK"), spoken("VIP卡。", 2.0)]
    )

    assert answer["text"] == "你好OK VIP卡。"
    assert answer["mode"] == "offline"
    assert answer["is_final"] is True
    assert answer["is_end"] is True
    assert seen_by_html5([answer]) == ["0.0:你好OK", "2.0:VIP卡"]
    assert offline(Asked(Mode.OFFLINE), [])["text"] == ""
    untimed = offline(Asked(Mode.OFFLINE), [says(CUSTOMER, 0, 1, "您好。", channel=0)])
    assert "timestamp" not in untimed


def test_texts_are_joined_as_people_write() -> None:
    parts = [spoken("您好，"), spoken("请讲。"), replace(spoken("OK")), spoken("yes")]

    assert joined(parts) == "您好，请讲。 OK yes"
