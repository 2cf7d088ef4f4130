import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from pyarrow import parquet

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.core.errors import UndecodableAudio
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Match,
    Score,
    ScoredItem,
    Severity,
    Verdict,
)
from huiting.core.meaning import (
    Document,
    Entity,
    EntitySource,
    Intent,
    IntentSource,
    Meaning,
    OutcomeKind,
    Quote,
    Sign,
    Summary,
)
from huiting.core.meaning import (
    Outcome as End,
)
from huiting.core.ticket import Because, Ticket
from huiting.core.types import (
    Condition,
    ConditionKind,
    Emotion,
    EmotionLabel,
    Event,
    EventLabel,
    EventSource,
    Role,
    Span,
)
from huiting.exports import TABLES, Names, Outcome, write_tables
from huiting.exports._call_columns import call_columns
from huiting.exports._columns import Column, Kind
from huiting.exports._segment_columns import SEGMENT_COLUMNS
from huiting.exports._sheets import Book, parquet_table

FAILED = Outcome(
    "day/bad\n\udc80.wav", error=UndecodableAudio("bad.wav", "not audio", "give an audio file")
)


def done(file: str = "day/8001.wav", text: str = "您好", **metadata: str) -> Outcome:
    spoken = call(
        says(AGENT, 1, 4, text, loudness=-20.0),
        says(CUSTOMER, 3, 9, "我要退货\n现在"),
    )
    recording = replace(spoken.recording, path=file, metadata=metadata)
    condition = Condition(ConditionKind.BLEED, 1, -31.26)
    return Outcome(
        file,
        analysis(replace(spoken, recording=recording, conditions=(condition,))),
        other_names=("copy.wav",),
    )


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    outcomes = [done(agent="8001", phone="+8613800000000"), FAILED]
    write_tables(tmp_path, outcomes, Names.of(outcomes))
    return tmp_path


def test_only_the_tables_are_left_in_the_folder(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(TABLES)


def test_a_call_is_a_row_with_its_numbers_and_text(folder: Path) -> None:
    row = csv_rows(folder / "calls.csv")[0]

    assert row["status"] == "done"
    assert (row["file"], row["other_names"]) == ("day/8001.wav", "copy.wav")
    assert (row["meta_agent"], row["meta_phone"]) == ("8001", "+8613800000000")
    assert row["started_at"] == "2025-03-12 10:15:23"
    assert (row["duration_s"], row["speech_s"], row["overlap_s"]) == ("30.0", "8.0", "1.0")
    assert (row["roles"], row["roles_source"]) == ("agent, customer", "given")
    assert row["conditions"] == "bleed channel 1 (-31.26)"
    assert (row["agent_talk_time_s"], row["customer_talk_ratio"]) == ("3.0", "0.6667")
    assert (row["agent_loudness_dbfs"], row["customer_loudness_dbfs"]) == ("-20.0", "")
    assert row["text_written"] == "客服: 您好 | 客户: 我要退货 | 现在"


def test_a_failed_recording_is_a_row_with_reason_and_remedy(folder: Path) -> None:
    row = csv_rows(folder / "calls.csv")[1]

    assert (row["status"], row["file"]) == ("failed", r"day/bad | \udc80.wav")
    assert (row["reason"], row["remedy"]) == ("not audio", "give an audio file")
    assert row["error_code"] == "undecodable-audio"
    assert row["duration_s"] == row["text_written"] == ""


def test_a_row_of_csv_is_one_line_whatever_was_said(folder: Path) -> None:
    data = (folder / "calls.csv").read_bytes()

    assert data.startswith("\ufeff".encode())
    assert data.count(b"\n") == data.count(b"\r\n") == 3


def test_each_segment_is_a_row(folder: Path) -> None:
    first, second = csv_rows(folder / "segments.csv")

    assert (first["segment"], first["role"], first["start_s"]) == ("1", "agent", "1.0")
    assert (second["segment"], second["text"]) == ("2", "我要退货 | 现在")
    assert second["rate_per_min"] == "60.0"


def test_parquet_has_the_same_rows_with_types(folder: Path) -> None:
    table = parquet.read_table(folder / "segments.parquet")

    assert table.schema.names == [column.key for column in SEGMENT_COLUMNS]
    assert [str(table.schema.field(name).type) for name in ("call_id", "segment", "start_s")] == [
        "string",
        "int64",
        "double",
    ]
    assert table.column("text").to_pylist() == ["您好", "我要退货\n现在"]
    assert table.column("speaker").to_pylist() == [None, None]


def test_xlsx_has_types_a_fixed_header_and_a_filter(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "calls.xlsx")
    sheet = book["calls"]
    row = dict(zip((c.value for c in sheet[1]), (c.value for c in sheet[2]), strict=True))

    assert row["duration_s"] == 30.0
    assert row["started_at"] == datetime(2025, 3, 12, 10, 15, 23)  # noqa: DTZ001
    assert row["meta_phone"] == "+8613800000000"
    assert row["text_written"] == "客服: 您好\n客户: 我要退货\n现在"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(3, sheet.max_column).coordinate}"
    assert [cell.value for cell in sheet["D"]] == ["reason", None, "not audio"]


def test_xlsx_explains_every_column_in_both_languages(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "calls.xlsx")
    explained = list(book["字段说明 Fields"].iter_rows(min_row=2, values_only=True))

    assert [(row[0], row[2]) for row in explained] == [
        (sheet.title, cell.value) for sheet in book.worksheets[:-1] for cell in sheet[1]
    ]
    assert all(isinstance(text, str) and text for row in explained for text in row)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")',
        "+1+1",
        "@SUM(1)",
        "a\x01\ud800\uffffb",
        " leading and trailing ",
        "<&>\"'",
        "http://example.org",
    ],
)
def test_text_in_xlsx_is_text(tmp_path: Path, text: str) -> None:
    write_tables(tmp_path, [done(note=text)], Names(("note",)))
    sheet = openpyxl.load_workbook(tmp_path / "calls.xlsx")["calls"]
    (cell,) = [column[1] for column in sheet.iter_cols() if column[0].value == "meta_note"]

    assert cell.data_type in ("s", "inlineStr")
    assert cell.value == (r"a\ud800b" if text.startswith("a\x01") else text)


def test_a_very_long_text_is_cut_in_xlsx_and_whole_in_csv(tmp_path: Path) -> None:
    write_tables(tmp_path, [done(text="好" * 40_000)])
    sheet = openpyxl.load_workbook(tmp_path / "calls.xlsx")["calls"]
    (cut,) = [column[1].value for column in sheet.iter_cols() if column[0].value == "text_written"]

    assert len(cut) == 32_767
    usual = csv.field_size_limit(1_000_000)
    try:
        assert csv_rows(tmp_path / "calls.csv")[0]["text_written"].count("好") == 40_000
    finally:
        csv.field_size_limit(usual)  # it holds for the whole process


def test_a_batch_of_nothing_has_headers_alone(tmp_path: Path) -> None:
    write_tables(tmp_path, [])

    assert csv_rows(tmp_path / "calls.csv") == []
    assert parquet.read_table(tmp_path / "segments.parquet").num_rows == 0
    assert openpyxl.load_workbook(tmp_path / "calls.xlsx")["calls"].max_row == 1


def test_an_error_on_the_way_leaves_the_last_tables_as_they_were(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def broken() -> Iterator[Outcome]:
        yield done()
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write_tables(folder, broken())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_same_outcomes_give_the_same_files(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    outcomes = [done(agent="8001", phone="+8613800000000"), FAILED]
    write_tables(again, outcomes, Names.of(outcomes))

    for name in TABLES:
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_metadata_names_come_in_order_and_once() -> None:
    outcomes = [done(a="1", b="2"), FAILED, done(c="3", a="1")]

    assert Names.of(outcomes).metadata == ("a", "b", "c")


def test_keys_of_columns_are_unique() -> None:
    for keys in (
        [
            column.key
            for column in call_columns(
                Names(("agent", "status"), {"intent": "意图"}, ("ecommerce",))
            )
        ],
        [column.key for column in SEGMENT_COLUMNS],
    ):
        assert len(keys) == len(set(keys))


NUMBERS: tuple[Column[int], ...] = (Column("number", Kind.INTEGER, "数", "Number", lambda n: n),)


@pytest.mark.parametrize(
    ("rows", "sheets"),
    [
        pytest.param(0, {"n": 1}, id="no row"),
        pytest.param(3, {"n": 4}, id="just full"),
        pytest.param(4, {"n": 4, "n 2": 2}, id="one more"),
        pytest.param(7, {"n": 4, "n 2": 4, "n 3": 2}, id="three sheets"),
    ],
)
def test_a_full_sheet_of_excel_goes_on_in_the_next(
    tmp_path: Path, rows: int, sheets: dict[str, int]
) -> None:
    path = tmp_path / "n.xlsx"
    with path.open("wb") as file, Book(file) as book, book.table("n", NUMBERS, most=4) as take:
        for n in range(rows):
            take(n)
    found = openpyxl.load_workbook(path)

    assert {sheet.title: sheet.max_row for sheet in found} == sheets
    written = [c.value for sheet in found for c in sheet["A"] if c.value != "number"]
    assert written == list(range(rows))
    filtered = ["A1" if s.max_row == 1 else f"A1:A{s.max_row}" for s in found]
    assert [s.auto_filter.ref for s in found] == filtered


def test_parquet_comes_in_groups(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    with path.open("wb") as file, parquet_table(file, NUMBERS) as take:
        for n in range(4_500):
            take(n)
    found = parquet.ParquetFile(path)

    assert found.num_row_groups == 3
    assert found.read().column("number").to_pylist() == list(range(4_500))


def judged() -> Outcome:
    """A call whose customer is angry, about which everything is known."""
    spoken = call(
        says(AGENT, 1, 4, "您好"),
        says(CUSTOMER, 5, 9, "你们怎么回事"),
        says(CUSTOMER, 9, 12, "真让人伤心"),
    )
    felt = (
        Emotion(EmotionLabel.NEUTRAL, 0.9),
        Emotion(EmotionLabel.ANGRY, 0.8, 0.7, -0.6),
        Emotion(EmotionLabel.SAD, 0.6),
    )
    segments = tuple(replace(s, emotion=e) for s, e in zip(spoken.segments, felt, strict=True))
    music = Event(EventLabel.MUSIC, Span(13, 23), EventSource.MODEL, 0, 0.98)
    keys = Event(EventLabel.DTMF, Span(24, 25), EventSource.SIGNAL, 1, text="4111")
    made = analysis(replace(spoken, segments=segments, events=(music, keys)))
    quote = Quote(1, CUSTOMER, Span(5, 9), "你们怎么回事")
    meaning = Meaning(
        entities=(Entity("money", 1, 0, 2, "三百", "300.00", Span(5, 6), EntitySource.PATTERN),),
        intents=(
            Intent("投诉/服务", 0.91, IntentSource.WORDS, (quote,)),
            Intent("售后/退货退款", 0.4, IntentSource.SIMILARITY),
        ),
        needs=(quote,),
        outcome=End(OutcomeKind.PROMISED, 0.7),
        churn=Sign(0.55),
        urgency=Sign(0.2),
        documents=(Document("退货政策", "kb://7", "投诉"),),
        summary=Summary("客户投诉。", "", (), (quote,), "qwen"),
        advice=("priority-ticket",),
    )
    said = Evidence(
        EvidenceKind.SAID, Span(5, 9), 1, Role.CUSTOMER, 1, "你们怎么回事", Match.SOUNDS_LIKE, 0.9
    )
    judgement = Judgement(
        call="ab" * 32,
        findings=(
            Finding("greet", 2, Verdict.PASS, 0.0, (), "问候"),
            Finding("calm", 1, Verdict.FAIL, -5.0, (said, said), "安抚", Severity.MAJOR, "先道歉"),
            Finding("refund", 1, Verdict.NOT_APPLICABLE, name="退货"),
            Finding("close", 1, Verdict.UNCERTAIN, name="结束语"),
        ),
        scores=(
            Score(
                "shop",
                1,
                80.0,
                100.0,
                (
                    ScoredItem(
                        "calm",
                        "安抚",
                        "服务",
                        0,
                        20,
                        Verdict.FAIL,
                        rules=("calm",),
                        why="安抚：未通过",
                        advice="先道歉",
                        moment=Span(5, 9),
                    ),
                ),
                fatal=("privacy",),
                grade="B",
            ),
        ),
        problems={"ask": "no server is set"},
    )
    return Outcome("a.wav", replace(made, meaning=meaning), judgement=judgement)


def test_a_call_says_what_it_was_about_and_how_it_felt(tmp_path: Path) -> None:
    write_tables(tmp_path, [judged(), done()])
    row, plain = csv_rows(tmp_path / "calls.csv")

    assert (row["intent"], row["intent_score"]) == ("投诉/服务", "0.91")
    assert row["intents_other"] == "售后/退货退款 0.40"
    assert (row["outcome"], row["churn"], row["urgency"]) == ("promised", "0.55", "0.2")
    assert (row["needs"], row["summary"]) == ("你们怎么回事", "客户投诉。")
    assert (row["advice"], row["documents"]) == ("priority-ticket", "退货政策 kb://7")
    assert (row["customer_emotion"], row["customer_emotion_at_s"]) == ("ANGRY", "5.0")
    assert (row["customer_angry"], row["agent_emotion"], row["music_s"]) == ("1", "", "10.0")
    assert plain["intent"] == plain["customer_emotion"] == plain["outcome"] == ""


def test_each_rule_and_scorecard_is_a_column(tmp_path: Path) -> None:
    outcomes = [judged(), done(), FAILED]
    write_tables(tmp_path, outcomes, Names.of(outcomes))
    row, plain, failed = csv_rows(tmp_path / "calls.csv")

    assert [row[f"rule_{r}"] for r in ("greet", "calm", "refund", "close")] == [
        "pass",
        "fail",
        "n/a",
        "uncertain",
    ]
    assert (row["rules_failed"], row["rules_uncertain"]) == ("calm", "close")
    assert (row["rules_effect"], row["rules_problems"]) == ("-5.0", "ask: no server is set")
    assert (row["score_shop"], row["grade_shop"], row["fatal_shop"]) == ("80.0", "B", "privacy")
    assert plain["rule_greet"] == failed["rule_greet"] == plain["score_shop"] == ""


def test_a_rule_that_one_call_was_not_judged_by_is_an_empty_cell(tmp_path: Path) -> None:
    first = judged()
    second = replace(judged(), judgement=Judgement("cd" * 32))
    write_tables(tmp_path, [first, second], Names.of([first, second]))

    row = csv_rows(tmp_path / "calls.csv")[1]
    assert row["rule_greet"] == row["score_shop"] == ""


def test_each_piece_of_evidence_is_a_row(tmp_path: Path) -> None:
    write_tables(tmp_path, [judged(), done(), FAILED])
    rows = csv_rows(tmp_path / "findings.csv")

    assert [(r["rule"], r["verdict"]) for r in rows] == [
        ("greet", "pass"),
        ("calm", "fail"),
        ("calm", "fail"),
        ("close", "uncertain"),
    ]
    assert (rows[1]["quote"], rows[1]["match"], rows[1]["start_s"]) == (
        "你们怎么回事",
        "sounds-like",
        "5.0",
    )
    assert (rows[1]["severity"], rows[1]["advice"], rows[0]["quote"]) == ("major", "先道歉", "")


def test_events_and_entities_are_rows_and_keys_pressed_are_not_told(tmp_path: Path) -> None:
    write_tables(tmp_path, [judged(), FAILED])
    events, entities = csv_rows(tmp_path / "events.csv"), csv_rows(tmp_path / "entities.csv")

    assert [(r["event"], r["start_s"], r["source"]) for r in events] == [
        ("music", "13.0", "model"),
        ("dtmf", "24.0", "signal"),
    ]
    assert "4111" not in (tmp_path / "events.csv").read_text(encoding="utf-8-sig")
    assert [(r["segment"], r["kind"], r["value"]) for r in entities] == [("2", "money", "300.00")]


def test_segments_carry_their_emotion(tmp_path: Path) -> None:
    write_tables(tmp_path, [judged(), done()])
    rows = csv_rows(tmp_path / "segments.csv")

    assert [r["emotion"] for r in rows] == ["NEUTRAL", "ANGRY", "SAD", "", ""]
    assert (rows[1]["emotion_score"], rows[1]["arousal"], rows[1]["valence"]) == (
        "0.8",
        "0.7",
        "-0.6",
    )


def test_a_score_explains_itself_item_by_item(tmp_path: Path) -> None:
    write_tables(tmp_path, [judged(), done(), FAILED])
    (row,) = csv_rows(tmp_path / "scores.csv")

    assert (row["scorecard"], row["item"], row["points"], row["most"]) == (
        "shop",
        "calm",
        "0.0",
        "20.0",
    )
    assert (row["verdict"], row["why"], row["advice"], row["moment_s"]) == (
        "fail",
        "安抚：未通过",
        "先道歉",
        "5.0",
    )


def test_a_rule_that_could_not_be_judged_has_its_column_and_its_reason(tmp_path: Path) -> None:
    unanswered = replace(judged(), judgement=Judgement("ab" * 32, problems={"ask": "no answer"}))
    write_tables(tmp_path, [unanswered], Names.of([unanswered]))
    (row,) = csv_rows(tmp_path / "calls.csv")

    assert (row["rule_ask"], row["rules_problems"]) == ("", "ask: no answer")


def test_the_last_third_is_compared_with_the_first(tmp_path: Path) -> None:
    felt = [(1, 5, -0.8), (6, 8, -0.2), (12, 14, 0.0), (25, 28, 0.5)]
    spoken = call(*[says(CUSTOMER, start, end, "嗯") for start, end, _ in felt])
    segments = tuple(
        replace(s, emotion=Emotion(EmotionLabel.NEUTRAL, valence=valence))
        for s, (_, _, valence) in zip(spoken.segments, felt, strict=True)
    )
    write_tables(tmp_path, [Outcome("a.wav", analysis(replace(spoken, segments=segments)))])
    (row,) = csv_rows(tmp_path / "calls.csv")

    assert float(row["customer_valence_first_third"]) == pytest.approx(-0.6)
    assert float(row["customer_valence_last_third"]) == pytest.approx(0.5)
    assert row["agent_valence_first_third"] == ""


def book_of(
    folder: Path, *outcomes: Outcome, tongue: str = "zh", most: int = 100
) -> openpyxl.Workbook:
    write_tables(folder, outcomes, Names.of(outcomes), tongue, most)
    return openpyxl.load_workbook(folder / "calls.xlsx")


def cells(book: openpyxl.Workbook, sheet: str, row: int = 2) -> dict[str, object]:
    heads = [cell.value for cell in book[sheet][1]]
    assert len(set(heads)) == len(heads)
    return dict(zip(heads, (cell.value for cell in book[sheet][row]), strict=True))


def test_the_workbook_has_a_sheet_for_every_table(tmp_path: Path) -> None:
    book = book_of(tmp_path, judged(), FAILED, tongue="en")

    names = ["calls", "findings", "scores", "segments", "events", "entities"]
    assert book.sheetnames == [*names, "字段说明 Fields"]
    for name in names:
        with (tmp_path / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file)
        assert [cell.value for cell in book[name][1]] == head
        assert book[name].max_row == len(rows) + 1
        assert book[name].freeze_panes == "A2"


def test_who_reads_chinese_finds_chinese_headings_verdicts_and_reasons(tmp_path: Path) -> None:
    failed = replace(
        FAILED,
        error=UndecodableAudio("a", "the file is empty", "copy it again from the recorder"),
    )
    book = book_of(tmp_path, judged(), failed)

    assert book.sheetnames[:-1] == ["通话", "质检规则", "评分", "语段", "声音事件", "信息项"]
    call, lost = cells(book, "通话"), cells(book, "通话", 3)
    assert (call["状态"], call["问候"], call["安抚"], call["结束语"]) == (
        "已分析", "通过", "未通过", "需复听",
    )  # fmt: skip
    assert (call["结果"], call["建议的后续处理"], call["主要语言"]) == (
        "已承诺",
        "优先工单",
        "中文",
    )
    assert (call["客户：最值得关注的情绪"], call["客户：生气的语段数"]) == ("生气", 1)
    assert (call["全文"], call["时长（秒）"], call["角色来源"]) == (
        "客服: 您好\n客户: 你们怎么回事\n客户: 真让人伤心", 30, "指定",
    )  # fmt: skip
    assert (lost["失败原因"], lost["怎样处理"]) == ("文件是空的", "请从录音设备重新拷贝")
    assert (call["未通过的规则"], call["需要人工复听的规则"]) == ("安抚", "结束语")
    shown = cells(book, "质检规则", 3)
    assert (shown["结论"], shown["严重程度"], shown["证据类型"], shown["匹配方式"], shown["角色"]) == (
        "未通过", "中等", "原话", "音近", "客户",
    )  # fmt: skip
    assert cells(book, "语段", 3)["情绪"] == "生气"
    assert cells(book, "声音事件")["事件"] == "音乐"


def test_tables_for_programs_keep_their_codes_whatever_people_read(tmp_path: Path) -> None:
    book_of(tmp_path, judged())

    assert csv_rows(tmp_path / "calls.csv")[0]["rule_calm"] == "fail"
    assert csv_rows(tmp_path / "segments.csv")[1]["emotion"] == "ANGRY"


@pytest.mark.parametrize(
    ("tongue", "sheet", "said"),
    [
        ("zh", "语段", "另有 2 行，见 segments.csv"),
        ("en", "segments", "2 more rows are in segments.csv"),
    ],
)
def test_a_sheet_of_details_that_is_full_says_how_many_more_there_are(
    tmp_path: Path, tongue: str, sheet: str, said: str
) -> None:
    book = book_of(tmp_path, judged(), judged(), tongue=tongue, most=5)
    full = book[sheet]

    assert [cell.value for cell in full["A"]][1:5] == ["ab" * 32] * 4
    assert full["A6"].value == said
    assert full.auto_filter.ref.endswith("5")
    assert len(csv_rows(tmp_path / "segments.csv")) == 6
    assert "更多" not in book.sheetnames


def test_a_sheet_that_is_just_full_has_no_remark(tmp_path: Path) -> None:
    assert book_of(tmp_path, judged(), most=4)["语段"].max_row == 4


def test_what_strangers_say_is_no_formula_on_any_sheet(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x","y")'
    outcome = judged()
    assert outcome.judgement is not None
    found = replace(
        outcome.judgement.findings[1], evidence=(Evidence(EvidenceKind.SAID, quote=evil),)
    )
    judgement = replace(outcome.judgement, findings=(found,))
    said = done(text=evil)
    book = book_of(tmp_path, replace(outcome, judgement=judgement), said)

    types = {
        cell.data_type
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and evil in cell.value
    }
    assert types <= {"s", "inlineStr"}
    assert len(types) > 0


def test_a_summary_tells_how_it_was_settled_and_what_follows(tmp_path: Path) -> None:
    quote = Quote(1, CUSTOMER, Span(5, 9), "你们怎么回事")
    told = Summary("客户投诉。", "已退款", ("三天内到账", "回电"), (quote,), "qwen")
    outcome = judged()
    assert outcome.analysis is not None
    meaning = replace(outcome.analysis.meaning, summary=told)
    write_tables(tmp_path, [replace(outcome, analysis=replace(outcome.analysis, meaning=meaning))])
    (row,) = csv_rows(tmp_path / "calls.csv")

    assert (row["resolution"], row["next_steps"]) == ("已退款", "三天内到账 | 回电")


def test_a_ticket_is_told_in_the_table_of_calls(tmp_path: Path) -> None:
    ticket = Ticket("ab", "a", "en", (Because.ANGRY, Because.FATAL), (), (), "zh", by="qwen")
    book = book_of(tmp_path, replace(judged(), ticket=ticket))
    (row,) = csv_rows(tmp_path / "calls.csv")

    assert (row["ticket"], row["ticket_language"], row["ticket_translated_by"]) == (
        "angry, fatal", "en", "qwen",
    )  # fmt: skip
    assert cells(book, "通话")["优先工单"] == "客户生气、致命项"
