"""Calls as files, and reports, over HTTP."""

import io
import json
import os
import zipfile
from datetime import timedelta

import pytest

from huiting.core.errors import Forbidden
from huiting.jobs.job import State
from huiting.service.exporting import exporter_of, formats
from served import Served, person, refund


def exported(served: Served, **wish: object) -> tuple[int, bytes]:
    """Return the id of an export that was made, and its file."""
    made = served.web.post("/api/v1/exports", json=wish)
    assert made.status_code == 202, made.text
    served.work()
    export = served.web.get(made.headers["location"]).json()
    assert export["state"] == "done"
    return export["id"], served.web.get(export["file"]).content


@pytest.mark.parametrize("kind", formats())
def test_one_call_in_every_format(kind: str, served: Served, call: str) -> None:
    answer = served.web.get(f"/api/v1/calls/{call}/export?format={kind}")

    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == exporter_of(kind, "en").media_type
    assert f'filename="{call[:16]}' in answer.headers["content-disposition"]
    assert b"13800138000" not in answer.content


def test_personal_data_goes_out_only_where_it_is_asked_for(served: Served, call: str) -> None:
    url = f"/api/v1/calls/{call}/export?format=json"
    name = served.web.get(f"{url}&unredacted=true").headers["content-disposition"]

    assert "13800138000" in served.web.get(f"{url}&unredacted=true").text
    assert "8001_20250312101523_13800138000_in.json" in name
    lead = served.web.get(f"{url}&unredacted=true", headers=served.by("lead"))
    assert lead.status_code == 403
    assert served.web.get(f"/api/v1/calls/{call}/export?format=doc").status_code == 422


def test_calls_as_a_table(served: Served, call: str) -> None:
    served.save(refund("b", agent="9002", team="B"))
    _, content = exported(served, form="csv", filter={"team": "A"})
    text = content.decode("utf-8-sig")

    assert call in text
    assert "9002" not in text
    assert "13800138000" not in text


@pytest.mark.parametrize(("form", "head"), [("xlsx", b"PK"), ("parquet", b"PAR1")])
def test_calls_as_other_tables(form: str, head: bytes, served: Served, call: str) -> None:
    _, content = exported(served, form=form)

    assert content.startswith(head)


def test_calls_as_files_in_an_archive(served: Served, call: str) -> None:
    _, content = exported(
        served, form="zip", formats=["srt", "json"], unredacted=True, filter={"q": "退货"}
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        [one] = [name for name in names if name.endswith(".json")]
        found = json.loads(archive.read(one))

    assert "calls.csv" in names
    assert one.startswith("calls/8001_20250312101523_13800138000_in")
    assert found["call"]["recording"]["id"] == call


def test_an_export_holds_only_what_its_owner_may_see(served: Served, call: str) -> None:
    made = served.web.post(
        "/api/v1/exports", json={"form": "csv"}, headers=served.by("team-b")
    ).json()
    served.work()
    url = f"/api/v1/exports/{made['id']}"
    own = served.web.get(f"{url}/file", headers=served.by("team-b"))

    assert call not in own.text
    assert served.web.get(url).status_code == 404
    assert served.web.get(f"{url}/file").status_code == 404


def test_who_was_limited_since_cannot_fetch_what_they_may_not_see_any_more(
    served: Served, call: str
) -> None:
    served.save(refund("b", agent="9002", team="B"))
    both, _ = exported(served, form="csv")
    own, _ = exported(served, form="csv", filter={"team": "A"})
    moved = person("root", team="A")

    with pytest.raises(Forbidden, match="may not see any more"):
        served.parts.exports.ready(both, moved)
    assert served.parts.exports.ready(own, moved).path.is_file()


def test_an_export_that_is_not_done_has_no_file(served: Served, call: str) -> None:
    made = served.web.post("/api/v1/exports", json={}).json()

    assert made["state"] == State.WAITING
    assert made["file"] is None
    assert served.web.get(f"/api/v1/exports/{made['id']}/file").status_code == 404


def test_what_is_private_is_neither_exported_nor_looked_for(served: Served, call: str) -> None:
    by_number = {"form": "csv", "filter": {"metadata": ["phone:13800138000"]}}
    said = {"form": "csv", "filter": {"q": "13800138000"}}
    unasked = {"form": "csv", "unredacted": True}

    assert served.web.post("/api/v1/exports", json=by_number).status_code == 403
    assert call not in exported(served, **said)[1].decode()
    lead = served.web.post("/api/v1/exports", json=unasked, headers=served.by("lead"))
    assert lead.status_code == 403
    wrong = served.web.post("/api/v1/exports", json={"form": "zip", "formats": ["doc"]})
    assert wrong.status_code == 422


def test_an_export_under_way_tells_no_number(served: Served, call: str) -> None:
    """Its job says how far it is; with calls in which the number is said as without."""
    ends = []
    for number in ("13800138000", "13900139000"):
        made = served.web.post("/api/v1/exports", json={"form": "csv", "filter": {"q": number}})
        served.work()
        job = served.web.get(f"/api/v1/jobs/{made.json()['id']}").json()
        ends.append((job["state"], job["stage"], job["done"]))

    assert ends[0] == ends[1]


def test_a_file_is_kept_so_long(served: Served, call: str) -> None:
    first, _ = exported(served, form="csv")
    for path in (served.folder / "exports").iterdir():
        path.unlink()

    answer = served.web.get(f"/api/v1/exports/{first}/file")
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")


def test_a_part_of_a_file(served: Served, call: str) -> None:
    export, content = exported(served, form="csv")
    part = served.web.get(f"/api/v1/exports/{export}/file", headers={"Range": "bytes=0-9"})

    assert (part.status_code, part.content) == (206, content[:10])
    assert "attachment" in part.headers["content-disposition"]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("day", "rules"), ("causes", "together"), ("words", "rising"),
        ("trends?measure=duration&step=day&by=agent", "trend"), ("agents", "agents"),
    ],
)  # fmt: skip
def test_reports_are_tables(name: str, table: str, served: Served, call: str) -> None:
    mark = "&" if "?" in name else "?"
    answer = served.web.get(f"/api/v1/reports/{name}{mark}format=json&since=2025-03-12").json()
    book = served.web.get(f"/api/v1/reports/{name}{mark}format=xlsx")

    assert answer["tables"][0]["name"] == table
    width = {len(row) for table in answer["tables"] for row in table["rows"]}
    assert len(answer["tables"][0]["columns"]) in width or not answer["tables"][0]["rows"]
    assert book.content.startswith(b"PK")


def test_a_day_as_a_page_holds_nothing_private(served: Served, call: str) -> None:
    url = "/api/v1/reports/day?since=2025-03-12&until=2025-03-12&title=Team"
    page = served.web.get(url, headers={"Accept-Language": "zh-CN"})
    whole = served.web.get("/api/v1/reports/agents?unredacted=true")

    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "质检" in page.text
    assert "13800138000" not in page.text
    assert whole.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "causes?target=nonsense", "trends", "trends?measure=nonsense", "words?focus=nonsense",
        "day?since=2025-03-12&until=2025-03-01", "agents?where=nonsense", "day?since=soon",
    ],
)  # fmt: skip
def test_questions_that_cannot_be_understood(query: str, served: Served, call: str) -> None:
    assert served.web.get(f"/api/v1/reports/{query}").status_code == 422


def test_a_report_over_too_many_calls_is_refused(served: Served) -> None:
    for number in range(101):
        served.save(refund(str(number)))
    answer = served.web.get("/api/v1/reports/agents")

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_old_files_are_removed_by_the_next_export(served: Served, call: str) -> None:
    exported(served, form="csv")
    [old] = (served.folder / "exports").glob("*.csv")
    week = timedelta(days=8).total_seconds()
    os.utime(old, (old.stat().st_mtime - week, old.stat().st_mtime - week))
    exported(served, form="csv")

    assert not old.exists()
