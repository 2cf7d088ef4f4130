"""Recordings: handed in by a form, out of archives, or from storages that are configured."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import file_digest
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import InputError
from huiting.service.handing import FIELDS, Order, Outcome, options_of
from huiting.service.recordings import Accepted, Asked, Options, Refused
from huiting.service.unpacking import is_archive
from huiting.service.views import View
from huiting.web.api.shapes.calls import CallId
from huiting.web.api.shapes.recordings import FORM, AcceptedOf, Again, FromStorage, HandedIn
from huiting.web.bodies import form
from huiting.web.doors import require
from huiting.web.once import OnceOnly
from huiting.web.parts import Given, Parts
from huiting.web.problems import documented

router = APIRouter(tags=["recordings"])
Sender = Annotated[Principal, Depends(require(Permission.CALLS_WRITE))]


@router.post(
    "/recordings",
    status_code=202,
    response_model=HandedIn,
    responses=documented(404, 409, 413, 415),
    openapi_extra=FORM,
)
async def hand_in(principal: Sender, parts: Given, once: OnceOnly, request: Request) -> Response:
    """Hand in recordings; archives are unpacked. The same bytes are kept and analyzed once.

    Several, or an archive, become a batch. One alone that cannot be used is answered with
    the problem; of several, `refused` names those.
    """
    async with form(request, most=parts.limits.upload, files=parts.limits.files) as sent:
        return await run_in_threadpool(_hand_in, sent, principal, parts, once)


def _hand_in(sent: FormData, principal: Principal, parts: Parts, once: OnceOnly) -> Response:
    files = [item for item in sent.getlist("files") if isinstance(item, UploadFile)]
    fields = {name: value for name in FIELDS if isinstance(value := sent.get(name), str)}
    if not files:
        raise InputError("files", "there are none", "send one file or more as `files`")
    order = parts.desk.read(fields, principal)

    def make() -> HandedIn:
        several = len(files) > 1 or is_archive(files[0].file)
        outcome = _taken(files, _in_batch(order, parts) if several else order, parts)
        if not several and outcome.refused:
            raise outcome.refused[0].error
        return HandedIn.of(outcome)

    asked = (fields, [(f.filename, _digest(f)) for f in files] if once.key else ())
    return once.answer(principal, asked, make, status=202)


def _in_batch(order: Order, parts: Parts) -> Order:
    """Return the order with a batch: that which was named, or a new one."""
    if order.asked.batch is not None:
        return order
    made = parts.batches.make("", order.asked.principal)
    return replace(order, asked=replace(order.asked, batch=made.batch.id))


def _taken(files: Sequence[UploadFile], order: Order, parts: Parts) -> Outcome:
    found = [parts.desk.take(file.file, file.filename or "", order) for file in files]
    return Outcome(
        order.asked.batch,
        tuple(accepted for outcome in found for accepted in outcome.accepted),
        tuple(refused for outcome in found for refused in outcome.refused),
    )


def _digest(file: UploadFile) -> str:
    found = file_digest(file.file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.file.seek(0)
    return found


@router.post(
    "/recordings/from-storage",
    status_code=202,
    response_model=HandedIn,
    responses=documented(404, 409, 413),
)
def fetch(wanted: FromStorage, principal: Sender, parts: Given, once: OnceOnly) -> Response:
    """Hand in recordings that lie in storages which the operator has configured, and nowhere else."""
    fields = {"batch": wanted.batch or "", "language": wanted.language or ""}
    order = parts.desk.read(fields, principal)
    order = Order(
        replace(order.given, metadata=wanted.metadata),
        replace(order.asked, options=_options(wanted)),
    )

    def make() -> HandedIn:
        several = _in_batch(order, parts) if len(wanted.addresses) > 1 else order
        accepted: list[Accepted] = []
        refused: list[Refused] = []
        for address in wanted.addresses:
            try:
                accepted.append(_fetched(address, several, parts))
            except InputError as error:
                if len(wanted.addresses) == 1:
                    raise
                refused.append(parts.recordings.refuse(address, error, several.asked))
        return HandedIn.of(Outcome(several.asked.batch, tuple(accepted), tuple(refused)))

    return once.answer(principal, wanted, make, status=202)


def _options(wanted: FromStorage | Again) -> Options:
    return options_of(wanted.language or "", wanted.hotwords, wanted.engine or "")


def _fetched(address: str, order: Order, parts: Parts) -> Accepted:
    storage, path = parts.storages.find(address)
    with storage.open(path) as stream:
        return parts.recordings.accept(stream, path, order.given, order.asked)


@router.post(
    "/calls/{call}/analyze",
    status_code=202,
    response_model=AcceptedOf,
    responses=documented(404, 409),
)
def again(call: CallId, wanted: Again, principal: Sender, parts: Given, once: OnceOnly) -> Response:
    """Analyze a call anew, with other options; answers at once when that was done before."""
    found = parts.reading.one(call, View(principal)).call.id
    asked = Asked(principal, _options(wanted))
    return once.answer(
        principal, wanted, lambda: AcceptedOf.of(parts.recordings.again(found, asked)), status=202
    )
