import json
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest

from fakes import AGENT, CUSTOMER, UNKNOWN, analysis, call, says
from huiting.core.analysis import Analysis
from huiting.core.codec import from_json
from huiting.core.judgement import Finding, Judgement, Score, ScoredItem, Verdict
from huiting.core.plugins import kinds, make
from huiting.core.ports import Exporter
from huiting.core.types import Condition, ConditionKind, Party, RoleSource
from huiting.exports import csv, curve, md, minutes, reader, rich, srt, vtt, xlsx
from huiting.exports import json as json_format

EXPORTERS: list[Exporter] = [
    csv.build(),
    curve.build(),
    json_format.build(),
    md.build(),
    minutes.build(),
    reader.build(),
    rich.build(),
    srt.build(),
    vtt.build(),
    xlsx.build(),
]


@pytest.fixture
def result() -> Analysis:
    return analysis(
        call(
            says(AGENT, 0.5, 2.5, "您好，请问有什么可以帮您？", loudness=-20.0),
            says(CUSTOMER, 3, 5, "我要退货 <b>&退款</b>", loudness=-25.5),
        )
    )


def test_the_formats_there_are() -> None:
    assert kinds("huiting.exports") == [
        "csv",
        "curve",
        "json",
        "md",
        "minutes",
        "reader",
        "rich",
        "srt",
        "vtt",
        "xlsx",
    ]


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda e: e.suffix[1:])
def test_the_module_of_a_format_is_named_by_its_suffix(exporter: Exporter) -> None:
    assert make("huiting.exports", exporter.suffix.split(".")[1]) == exporter


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda e: e.suffix[1:])
def test_the_same_analysis_gives_the_same_bytes(exporter: Exporter, result: Analysis) -> None:
    assert exporter.write(result) == exporter.write(result)


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda e: e.suffix[1:])
def test_a_call_in_which_nobody_speaks_can_be_written(exporter: Exporter) -> None:
    written = exporter.write(analysis(call()))

    assert bool(written) == (exporter.suffix != ".srt")  # which has no header


def test_json_reads_back() -> None:
    written = json_format.build().write(analysis(call(says(AGENT, 1, 2))))

    assert from_json(written).call.segments[0].text == "您好"
    assert json.loads(written)["format"] == "huiting.analysis"


def test_srt(result: Analysis) -> None:
    assert srt.build().write(result).decode() == (
        "1\n00:00:00,500 --> 00:00:02,500\n客服: 您好，请问有什么可以帮您？\n"
        "\n"
        "2\n00:00:03,000 --> 00:00:05,000\n客户: 我要退货 <b>&退款</b>\n"
    )


def test_srt_has_hours_and_no_arrow_in_its_text() -> None:
    late = analysis(call(says(AGENT, 3661.25, 3662, "a --> b", language="en"), duration=4000))

    assert srt.build(language="en").write(late).decode() == (
        "1\n01:01:01,250 --> 01:01:02,000\nAgent: a → b\n"
    )


def test_vtt_names_the_voice_and_escapes_the_text(result: Analysis) -> None:
    assert vtt.build().write(result).decode() == (
        "WEBVTT\n\n"
        "00:00:00.500 --> 00:00:02.500\n<v 客服>您好，请问有什么可以帮您？</v>\n"
        "\n"
        "00:00:03.000 --> 00:00:05.000\n<v 客户>我要退货 &lt;b&gt;&amp;退款&lt;/b&gt;</v>\n"
    )


def test_minutes_say_who_said_what_and_when(result: Analysis) -> None:
    text = md.build().write(result).decode()

    assert text.startswith("# 8001.wav\n\n- 开始时间: 2025-03-12 10:15:23\n- agent: 8001\n")
    assert "\n\n**0:00 客服**  您好，请问有什么可以帮您？\n\n**0:03 客户**" in text
    assert r"我要退货 \<b\>\&退款\</b\>" in text
    assert "| 客服 | 2.0 秒 | 50% | 1 | 330 | – | 0 |" in text


def test_minutes_of_an_english_call_are_in_english() -> None:
    spoken = call(says(UNKNOWN, 1, 3, "Hello", language="en"), language="en")
    recording = replace(spoken.recording, started_at=None, metadata={"队列": "a|b\nc"})
    condition = Condition(ConditionKind.CLIPPING, 0, 0.01)
    text = (
        md.build()
        .write(analysis(replace(spoken, recording=recording, conditions=(condition,))))
        .decode()
    )

    assert text.startswith("# 8001.wav\n\n- 队列: a\\|b c\n- Duration: 0:30\n- Language: English\n")
    assert "- Recording: clipping\n" in text
    assert text.endswith("## Transcript\n\n**0:01 Speaker 1**  Hello\n")


def test_minutes_of_a_silent_call_say_so() -> None:
    assert md.build().write(analysis(call())).decode().endswith("没有听到有人说话。\n")


def test_minutes_can_be_asked_for_in_another_language(result: Analysis) -> None:
    assert "**0:03 Customer**" in md.build(language="en").write(result).decode()


def test_several_parties_of_one_role_are_numbered() -> None:
    spoken = call(says(AGENT, 1, 2, speaker=0), says(AGENT, 3, 4, speaker=1))
    text = vtt.build().write(analysis(spoken)).decode()

    assert "<v 客服 1>" in text
    assert "<v 客服 2>" in text


@pytest.mark.parametrize(
    ("language", "name"),
    [("yue", "客服"), ("ja", "オペレーター"), ("ko", "상담원"), ("en", "Agent"), (None, "Agent")],
)
def test_parties_are_named_in_the_language_of_the_call(language: str | None, name: str) -> None:
    spoken = analysis(call(says(AGENT, 1, 2), language=language))

    assert f"<v {name}>" in vtt.build().write(spoken).decode()


def test_csv_has_a_row_a_segment(result: Analysis) -> None:
    text = csv.build().write(result).decode("utf-8-sig")
    header, first, second, end = text.split("\r\n")

    assert header.startswith("call_id,file,segment,start_s,end_s")
    assert first.startswith(f"{'ab' * 32},8001.wav,1,0.5,2.5,2.0,agent,0,,zh,您好，请问")
    assert second.endswith(",0,,-25.5,240.0,,,,")
    assert end == ""


def test_xlsx_has_segments_numbers_and_meanings(result: Analysis) -> None:
    book = openpyxl.load_workbook(BytesIO(xlsx.build().write(result)))

    assert book.sheetnames == ["segments", "call", "字段说明 Fields"]
    assert [cell.value for cell in book["segments"]["K"]][1:] == [
        "您好，请问有什么可以帮您？",
        "我要退货 <b>&退款</b>",
    ]
    explained = {cell.value for cell in book["字段说明 Fields"]["C"]}
    assert {cell.value for sheet in ("segments", "call") for cell in book[sheet][1]} <= explained


def test_a_party_who_is_only_listed_has_a_name() -> None:
    listed = replace(call(), parties=(Party(0, None, UNKNOWN, RoleSource.ASSUMED),))

    assert (
        "| 说话人 1 | 0.0 秒 | – | 0 | – | – | 0 |" in md.build().write(analysis(listed)).decode()
    )


def test_a_judged_call_has_its_verdicts_as_sheets_too(result: Analysis) -> None:
    judged = Judgement(
        "ab" * 32,
        (Finding("greet", 1, Verdict.PASS, name="问候"),),
        (
            Score(
                "card", 1, 9.5238, 10, (ScoredItem("a", "问候", "开场", 9.5238, 10, Verdict.PASS),)
            ),
        ),
    )
    book = openpyxl.load_workbook(BytesIO(xlsx.build(language="zh").write(result, judged)))

    assert book.sheetnames == ["语段", "通话", "质检规则", "评分", "字段说明 Fields"]
    row = dict(
        zip((c.value for c in book["评分"][1]), (c.value for c in book["评分"][2]), strict=True)
    )
    assert (row["得分"], row["满分"], row["结论"]) == (9.5, 10, "通过")
