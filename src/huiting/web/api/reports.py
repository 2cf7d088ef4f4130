"""Reports: a day as a page to print, and answers over many calls as tables."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse, JSONResponse, Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.insights.trends import Step
from huiting.service.reporting import Result, Stretch
from huiting.service.views import View
from huiting.web.api.shapes.calls import Unredacted
from huiting.web.doors import require
from huiting.web.parts import Given, Parts
from huiting.web.problems import documented
from huiting.web.ranges import disposition
from huiting.web.tongue import tongue

router = APIRouter(prefix="/reports", tags=["reports"])
Reader = Annotated[Principal, Depends(require(Permission.REPORTS_READ))]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
Cell = str | int | float | None
Shape = Annotated[Literal["json", "xlsx"], Query(alias="format")]
Day = Annotated[date | None, Query(ge=date(1970, 1, 2), le=date(2105, 12, 31))]


class ColumnOf(BaseModel):
    """A column of a table."""

    key: str
    zh: str
    en: str
    kind: str


class TableOf(BaseModel):
    """Rows with columns."""

    name: str
    columns: list[ColumnOf]
    rows: list[list[Cell]]


class Tables(BaseModel):
    """An answer as tables; the first is the answer itself."""

    tables: list[TableOf]


_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ANSWER: dict[int | str, dict[str, Any]] = documented(413) | {200: {"content": {XLSX: _BINARY}}}
_PAGE: dict[int | str, dict[str, Any]] = documented(413) | {
    200: {"content": {"text/html": {"schema": {"type": "string"}}, XLSX: _BINARY}}
}


def stretch(
    since: Day = None,
    until: Day = None,
    where: Annotated[
        str, Query(max_length=500, description="Such as `agent=8001|8002 topic=售后`.")
    ] = "all",
) -> Stretch:
    """Return which calls a report is about; a dependency."""
    return Stretch(since, until, where)


def view(principal: Reader, *, unredacted: Unredacted = False) -> View:
    """Return who reads a report; a dependency."""
    return View(principal, unredacted)


Which = Annotated[Stretch, Depends(stretch)]
Who = Annotated[View, Depends(view)]


@router.get("/day", response_model=Tables, responses=_PAGE)
def day(
    _reader: Reader,
    who: Who,
    which: Which,
    parts: Given,
    request: Request,
    shape: Annotated[Literal["html", "json", "xlsx"], Query(alias="format")] = "html",
    title: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Read a day, or a stretch of days, beside the four weeks before."""
    if shape == "html":
        text = parts.reporting.page(which, who, tongue(request), title)
        return HTMLResponse(text, headers={"Content-Security-Policy": _PAGE_POLICY})
    return _told(parts, parts.reporting.day(which, who), shape)


@router.get("/causes", response_model=Tables, responses=_ANSWER)
def causes(
    _reader: Reader,
    who: Who,
    which: Which,
    parts: Given,
    target: Annotated[str, Query(max_length=200)] = "angry",
    shape: Shape = "json",
) -> Response:
    """Read what occurs together with `angry`, `rule:ID`, `score<60`…; together is not because."""
    return _told(parts, parts.reporting.causes(which, who, target), shape)


@router.get("/words", response_model=Tables, responses=_ANSWER)
def words(
    _reader: Reader,
    who: Who,
    which: Which,
    parts: Given,
    focus: Annotated[
        str,
        Query(
            max_length=500,
            description="Calls asked about; `angry` for those with an angry customer.",
        ),
    ] = "all",
    shape: Shape = "json",
) -> Response:
    """Read which words are frequent, rising and falling."""
    return _told(parts, parts.reporting.words(which, who, focus), shape)


@router.get("/trends", response_model=Tables, responses=_ANSWER)
def trends(
    _reader: Reader,
    who: Who,
    which: Which,
    parts: Given,
    measure: Annotated[str, Query(max_length=200)],
    step: Step = Step.WEEK,
    by: Annotated[str | None, Query(max_length=100)] = None,
    shape: Shape = "json",
) -> Response:
    """Read a measure over time, such as `score` or `angry`."""
    return _told(parts, parts.reporting.trend(which, who, measure, step, by), shape)


@router.get("/agents", response_model=Tables, responses=_ANSWER)
def agents(
    _reader: Reader, who: Who, which: Which, parts: Given, shape: Shape = "json"
) -> Response:
    """Read every agent beside the team."""
    return _told(parts, parts.reporting.agents(which, who), shape)


def _told(parts: Parts, result: Result, shape: str) -> Response:
    if shape == "xlsx":
        headers = {"Content-Disposition": disposition("report.xlsx", save=True)}
        return Response(parts.reporting.workbook(result), headers=headers, media_type=XLSX)
    tables = [
        TableOf(
            name=table.name,
            columns=[ColumnOf(key=c.key, zh=c.zh, en=c.en, kind=c.kind) for c in table.columns],
            rows=[_row([c.cell(row) for c in table.columns]) for row in table.rows],
        )
        for table in parts.reporting.tables(result)
    ]
    return JSONResponse(Tables(tables=tables).model_dump(mode="json"))


def _row(cells: Sequence[object]) -> list[Cell]:
    return [cell.isoformat() if isinstance(cell, date | datetime) else cell for cell in cells]  # type: ignore[misc]
