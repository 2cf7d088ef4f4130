"""Regions as files of other programs."""

import csv
import io
import json

import pytest

from huiting.core.speech import Speech, SpeechOptions, SpeechTrack
from huiting.core.types import Span
from huiting.service.speech.desk import Region
from huiting.service.speech.files import Sheet, SpeechForm, written

ID = "ab" * 32
TWO = Speech(0.032, 10.0, 2, (SpeechTrack(0, 10.0, b"", b""), SpeechTrack(1, 10.0, b"", b"")))
REGIONS = (Region(0, Span(1.0, 2.5)), Region(0, Span(4.0, 10.0)), Region(1, Span(2.25, 3.0)))


def text(form: SpeechForm, regions: tuple[Region, ...] = REGIONS) -> str:
    return written(Sheet(ID, TWO, SpeechOptions(), regions), form).content


def test_a_spreadsheet_has_a_row_a_region() -> None:
    rows = list(csv.DictReader(io.StringIO(text(SpeechForm.CSV))))

    assert [(r["channel"], r["start"], r["duration"]) for r in rows] == [
        ("0", "1.000", "1.500"), ("0", "4.000", "6.000"), ("1", "2.250", "0.750"),
    ]  # fmt: skip


def test_json_says_by_which_options() -> None:
    found = json.loads(text(SpeechForm.JSON))

    assert found["options"]["threshold"] == 0.4
    assert found["recording"] == ID
    assert found["regions"][2] == {"channel": 1, "start": 2.25, "end": 3.0}


def test_labels_of_audacity_are_in_order_of_time() -> None:
    assert text(SpeechForm.AUDACITY).splitlines() == [
        "1.000\t2.500\tspeech 1", "2.250\t3.000\tspeech 2", "4.000\t10.000\tspeech 1",
    ]  # fmt: skip


def test_rttm_has_ten_fields() -> None:
    lines = [line.split() for line in text(SpeechForm.RTTM).splitlines()]

    assert {len(line) for line in lines} == {10}
    assert lines[0] == [
        "SPEAKER", ID[:16], "1", "1.000", "1.500", "<NA>", "<NA>", "speech1", "<NA>", "<NA>",
    ]  # fmt: skip


def test_a_tier_of_praat_is_all_of_the_time() -> None:
    tiers = text(SpeechForm.TEXTGRID).split("    item [")[1:]
    told = [
        [line.partition(" = ")[2] for line in tier.splitlines() if line.startswith(" " * 12)]
        for tier in tiers
    ]

    assert told[0] == [
        "0.000", "1.000", '""', "1.000", "2.500", '"speech"', "2.500", "4.000", '""',
        "4.000", "10.000", '"speech"',
    ]  # fmt: skip
    assert told[1][0::3] == ["0.000", "2.250", "3.000"]
    assert "intervals: size = 3" in tiers[1]


@pytest.mark.parametrize("form", SpeechForm, ids=str)
def test_where_nobody_speaks_there_is_a_file_all_the_same(form: SpeechForm) -> None:
    made = written(Sheet(ID, TWO, SpeechOptions(), ()), form)

    assert made.suffix.startswith(".")
    assert not any(mark in made.content for mark in ('"speech', "speech1", "speech 1", '"start"'))
