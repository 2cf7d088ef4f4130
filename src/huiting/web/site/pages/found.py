"""What is done of many calls that were found: away, judged or heard again, held, taken along.

Those that are ticked are done at once; all that a search finds are done by a worker.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Unknown
from huiting.service import rejudging
from huiting.service.bulk.desk import Counted, Standing
from huiting.service.bulk.few import MOST, Done
from huiting.service.bulk.wish import Act, Wish
from huiting.service.exporting import KIND as EXPORT
from huiting.service.exporting import Form as FileForm
from huiting.service.exporting import Wish as FileWish
from huiting.service.handing import options_of
from huiting.service.looking import Chosen
from huiting.service.views import View
from huiting.store import Which
from huiting.store.browse import Sought
from huiting.web.doors import address, require
from huiting.web.parts import Given, Parts
from huiting.web.site.calls.asking import read_text
from huiting.web.site.showing import show
from huiting.web.site.words import words
from huiting.web.tongue import tongue

router = APIRouter(prefix="/found", include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Writer = Annotated[Principal, Depends(require(Permission.CALLS_WRITE))]
Remover = Annotated[Principal, Depends(require(Permission.CALLS_DELETE))]
Taker = Annotated[Principal, Depends(require(Permission.CALLS_EXPORT))]
Administrator = Annotated[Principal, Depends(require(Permission.SYSTEM_ADMIN))]
Text = Annotated[str, Form(max_length=500)]
Ids = Annotated[str, Form(max_length=MOST * 65)]
CallIds = Annotated[
    list[Annotated[str, Form(pattern="^[0-9a-f]{64}$")]] | None, Form(max_length=500)
]
Number = Annotated[int, Path(ge=1, le=2**53)]
WorkId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_CHANGED = {"HX-Trigger": "found-changed"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which calls a form means: those that are ticked, or all that its search finds."""

    ids: tuple[str, ...]
    all: bool
    query: str
    newest: int | None = None
    """As was told with how many there are: calls that came since are not meant."""

    def found(self, principal: Principal, parts: Parts, most: int = MOST) -> Chosen:
        """Return the calls, as far as they may be seen; of all that are found the latest."""
        if not self.all:
            return parts.looking.these(self.ids, View(principal))
        asked = read_text(self.query, parts.now(), parts.zone)
        view = View(principal, asked.unredacted)
        return parts.looking.chosen(asked.sought(parts.zone), view, most)

    def counted(self, principal: Principal, parts: Parts) -> Counted:
        """Return how many calls there are."""
        if not self.all:
            return Counted(len(self.found(principal, parts).ids), more=False, newest=0)
        asked = read_text(self.query, parts.now(), parts.zone)
        return parts.many.counted(asked.sought(parts.zone), View(principal, asked.unredacted))

    def wish(self, wish: Wish, parts: Parts) -> Wish:
        """Return a wish for all that is found."""
        asked = read_text(self.query, parts.now(), parts.zone)
        return replace(wish, sought=asked.sought(parts.zone), unredacted=asked.unredacted)


def choice_of(
    call: CallIds = None,
    all: Text = "",  # noqa: A002
    query: Annotated[str, Form(max_length=8_000)] = "",
    newest: Annotated[int | None, Form(ge=0, le=2**53)] = None,
) -> Choice:
    """Return which calls a form means; a dependency."""
    return Choice(tuple(call or ()), bool(all), query, newest)


Meant = Annotated[Choice, Depends(choice_of)]


@router.post("/chosen")
def chosen(request: Request, principal: Reader, parts: Given, meant: Meant) -> Response:
    """Say how many calls are chosen."""
    return show(request, "calls/chosen", chosen=meant.counted(principal, parts))


@router.post("/remove")
def remove(
    request: Request, principal: Remover, parts: Given, meant: Meant, reason: Text = ""
) -> Response:
    """Put calls into the bin, and offer to bring them back."""
    if meant.all:
        return of_all(request, principal, parts, meant, Wish(Act.REMOVE, reason=reason))
    found = meant.found(principal, parts)
    by = principal.at(address(request))
    done = parts.bulk.remove(found.ids, reason, principal, by)
    return _told(request, "removed", done, found)


@router.post("/restore")
def restore(request: Request, principal: Remover, parts: Given, ids: Ids) -> Response:
    """Bring calls back from the bin."""
    by = principal.at(address(request))
    return _told(request, "restored", parts.bulk.restore(ids.split(), principal, by))


@router.post("/judge")
def judge(request: Request, principal: Writer, parts: Given, meant: Meant) -> Response:
    """Have calls judged again by the rules that are in force."""
    if meant.all:
        return of_all(request, principal, parts, meant, Wish(Act.JUDGE))
    found = meant.found(principal, parts)
    job = parts.bulk.judge(found.ids, principal)
    return show(request, "calls/work", job=job, chosen=found, kind="judge")


@router.post("/hear")
def hear(
    request: Request, principal: Writer, parts: Given, meant: Meant,
    language: Text = "", hotwords: Annotated[str, Form(max_length=50_000)] = "", engine: Text = "",
) -> Response:  # fmt: skip
    """Have calls recognized again with other options, as a batch."""
    options = options_of(language, hotwords.splitlines(), engine)
    name = words(tongue(request)).gettext("Recognised again")
    if meant.all:
        return of_all(request, principal, parts, meant, Wish(Act.HEAR, options=options, name=name))
    found = meant.found(principal, parts)
    done = parts.bulk.hear(found.ids, options, name, principal)
    return _told(request, "heard", done, found)


@router.post("/hold")
def hold(
    request: Request, principal: Administrator, parts: Given, meant: Meant, reason: Text
) -> Response:
    """Put calls on legal hold."""
    found = meant.found(principal, parts)
    done = parts.bulk.hold(found.ids, reason, principal.at(address(request)))
    return _told(request, "held", done, found)


@router.post("/export")
def export(
    request: Request, principal: Taker, parts: Given, meant: Meant,
    form: Annotated[FileForm, Form()] = FileForm.XLSX,
    each: Annotated[list[Annotated[str, Form(pattern="^[a-z]{1,20}$")]] | None, Form(max_length=20)] = None,
) -> Response:  # fmt: skip
    """Have calls written to a file."""
    asked = read_text(meant.query, parts.now(), parts.zone)
    sought = asked.sought(parts.zone)
    if meant.ids and not meant.all:
        sought = Sought(which=Which(among=meant.ids))
    formats = tuple(each or ()) if form is FileForm.ZIP else ()
    wish = FileWish(sought, form, formats, principal, asked.unredacted, tongue(request))
    job = parts.exports.order(wish)
    return show(request, "calls/work", job=job, chosen=None, kind="export")


@router.get("/progress/{job}")
def work(job: Number, request: Request, principal: Reader, parts: Given) -> Response:
    """Say how far work is that one has asked for."""
    found = parts.queue.get(job)
    kinds = {EXPORT: "export", rejudging.KIND: "judge"}
    if found.order.owner != principal.id or found.order.kind not in kinds:
        raise Unknown(f"job {job}", "no such job", "look at the table")
    return show(request, "calls/work", job=found, chosen=None, kind=kinds[found.order.kind])


@router.get("/works")
def works(request: Request, principal: Reader, parts: Given) -> Response:
    """Show what is being done of all calls that one has found."""
    return show(request, "calls/bulks", standings=parts.many.under_way(principal))


@router.get("/works/{key}")
def one_work(key: WorkId, request: Request, principal: Reader, parts: Given) -> Response:
    """Say how far it is; the table is read again when it is over."""
    return _standing(request, parts.many.find(key, principal))


@router.post("/works/{key}/cancel")
def cancel(key: WorkId, request: Request, principal: Reader, parts: Given) -> Response:
    """Have it end; what was done stays done."""
    by = principal.at(address(request))
    return _standing(request, parts.many.cancel(key, principal, by))


@router.post("/works/{key}/undo")
def undo(key: WorkId, request: Request, principal: Remover, parts: Given) -> Response:
    """Bring all back that it put into the bin."""
    return _standing(request, parts.many.undo(key, principal, principal.at(address(request))))


def of_all(
    request: Request, principal: Principal, parts: Parts, meant: Choice, wish: Wish
) -> Response:
    """Have something done of all calls that a search finds, and show how far it is."""
    by = principal.at(address(request))
    asked = parts.many.ask(meant.wish(wish, parts), principal, by, meant.newest)
    return _standing(request, asked)


def _standing(request: Request, standing: Standing) -> Response:
    changed = _CHANGED if standing.over else {}
    return show(request, "calls/bulk", headers=changed, standing=standing)


def _told(request: Request, what: str, done: Done, chosen: Chosen | None = None) -> Response:
    """Return the notice of what became of calls; the table is read again."""
    more = chosen is not None and chosen.more
    return show(
        request, "calls/done", headers=_CHANGED, what=what, done=done, more=more, most=MOST
    )  # fmt: skip
