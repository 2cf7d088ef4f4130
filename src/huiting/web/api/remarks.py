"""What people add to calls: remarks, and what was really said."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.views import View
from huiting.web.api.shapes.calls import CallId, Unredacted
from huiting.web.api.shapes.remarks import (
    CorrectionOf,
    EngineRateOf,
    MisheardOf,
    NewRemark,
    Remarked,
    RemarkOf,
)
from huiting.web.doors import address, require
from huiting.web.parts import Given
from huiting.web.problems import documented

router = APIRouter(tags=["remarks"])
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Writer = Annotated[Principal, Depends(require(Permission.CALLS_WRITE))]
Corrector = Annotated[Principal, Depends(require(Permission.CALLS_WRITE, Permission.CALLS_READ))]
"""Of an answer that tells what the machine wrote."""
Editor = Annotated[Principal, Depends(require(Permission.RULES_WRITE))]
RemarkId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Place = Annotated[int, Path(ge=0, le=2**20, description="Of the segment in the call, from 0.")]


@router.get("/calls/{call}/remarks", responses=documented(404))
def remarks(
    call: CallId, principal: Reader, parts: Given, *, unredacted: Unredacted = False
) -> list[RemarkOf]:
    """List what people said about a call, the oldest first."""
    found = parts.remarking.page(call, View(principal, unredacted))
    return [RemarkOf.of(remark) for remark in found]


@router.post("/calls/{call}/remarks", status_code=201, responses=documented(404))
def remark(
    call: CallId, wanted: NewRemark, request: Request, principal: Writer, parts: Given
) -> RemarkOf:
    """Say something about a call, or about a moment of it."""
    by = principal.at(address(request))
    return RemarkOf.of(parts.remarking.add(call, wanted.text, wanted.moment, principal, by))


@router.delete("/calls/{call}/remarks/{remark}", status_code=204, responses=documented(404))
def remove(
    call: CallId, remark: RemarkId, request: Request, principal: Writer, parts: Given
) -> None:
    """Remove a remark of one's own; of anybody's with the permission `calls:delete`."""
    parts.remarking.remove(call, remark, principal, principal.at(address(request)))


@router.get("/calls/{call}/corrections", responses=documented(404))
def corrections(
    call: CallId, principal: Reader, parts: Given, *, unredacted: Unredacted = False
) -> list[CorrectionOf]:
    """List all corrections of what is said in a call, the oldest first; the latest counts."""
    found = parts.correcting.page(call, View(principal, unredacted))
    return [CorrectionOf.of(made) for made in found]


@router.put("/calls/{call}/corrections/{segment}", responses=documented(404, 409))
def correct(
    call: CallId,
    segment: Place,
    said: Remarked,
    request: Request,
    principal: Corrector,
    parts: Given,
    *,
    unredacted: Unredacted = False,
) -> CorrectionOf:
    """Say what was really said in a segment. What the machine wrote stays, and rules read that."""
    by, view = principal.at(address(request)), View(principal, unredacted)
    made = parts.correcting.correct(call, segment, said.text, view, by, said.version)
    return CorrectionOf.of(made)


@router.get("/corrections/rates")
def rates(principal: Reader, parts: Given) -> list[EngineRateOf]:
    """Tell how much of the corrected lines each engine had wrong; of all lines it is less."""
    return [EngineRateOf.of(found) for found in parts.correcting.rates(principal)]


@router.get("/corrections/words")
def words(principal: Editor, parts: Given, *, unredacted: Unredacted = False) -> list[MisheardOf]:
    """List words that were corrected at least twice; they may be names, so ask `unredacted`."""
    return [MisheardOf.of(word) for word in parts.correcting.words(View(principal, unredacted))]
