"""The audit log of what people see, hear and take along: noted before the answer leaves.

What somebody changes is noted by the service that changes it, in the same transaction. What is
only read changes nothing, so it is noted here, in one place, by the route that gave it. An
answer that cannot be noted is not given.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from huiting.access.principal import Principal
from huiting.store.audit import Action, Audit, Entry
from huiting.web.templates import template

AGAIN = 600.0
"""Seconds in which the same person seeing the same again is not noted again: a page asks for a
call in parts, and a player for its sound in pieces."""
REMEMBERED = 20_000
_FALSE = frozenset({"false", "0", "no", "off", "n", "f"})
"""All other ways to write a truth value that a route takes are yes."""
_CALL = "/api/v1/calls/{call}"
_SPEECH = "/api/v1/speech/{recording}"
NOTED: Mapping[tuple[str, str], Action] = {
    **{
        ("GET", _CALL + part): Action.SAW
        for part in (
            "", "/corrections", "/entities", "/events", "/findings", "/meaning", "/metrics",
            "/remarks", "/reviews", "/scores", "/segments", "/summary", "/versions",
        )
    },
    **{
        ("GET", "/calls/{call}" + part): Action.SAW
        for part in (
            "", "/find", "/lines", "/lines/{number}", "/lines/{number}/edit", "/outline", "/timeline",
        )
    },
    ("GET", _CALL + "/audio"): Action.PLAYED,
    ("GET", _CALL + "/clip"): Action.PLAYED,
    ("GET", _CALL + "/findings/{rule}/clip"): Action.PLAYED,
    ("GET", _CALL + "/peaks"): Action.SAW,
    ("GET", _CALL + "/export"): Action.EXPORTED,
    ("GET", "/api/v1/exports/{job}/file"): Action.EXPORTED,
    ("GET", "/api/v1/search"): Action.SEARCHED,
    ("GET", "/calls"): Action.SEARCHED,
    ("GET", "/history"): Action.SEARCHED,
    ("GET", "/history/bin"): Action.SEARCHED,
    ("GET", "/history/list.csv"): Action.EXPORTED,
    ("GET", "/drop/{call}"): Action.SAW,
    ("GET", "/today"): Action.SAW,
    ("GET", "/api/v1/dashboard"): Action.SAW,
    ("GET", "/calls/{call}/rates"): Action.SAW,
    ("GET", "/api/v1/corrections/words"): Action.SAW,
    ("GET", "/found/values"): Action.SAW,
    ("GET", "/api/v1/fields/{name}"): Action.SAW,
    ("POST", "/library/rules/try"): Action.SEARCHED,
    ("GET", "/api/v1/reviews/appeals"): Action.SAW,
    ("GET", "/results"): Action.SEARCHED,
    ("GET", "/results/{call}"): Action.SAW,
    ("GET", "/review"): Action.SAW,
    ("GET", "/review/next"): Action.SAW,
    ("POST", "/review/undo"): Action.SAW,
    ("GET", "/review/appeals"): Action.SAW,
    ("GET", "/reports"): Action.SAW,
    ("GET", "/reports/agents/{agent:path}"): Action.SAW,
    ("GET", "/drop/{call}/curve.svg"): Action.SAW,
    ("GET", "/api/v1/reports/agents"): Action.SAW,
    ("GET", "/api/v1/live"): Action.SAW,
    ("GET", "/live/wall"): Action.SAW,
    ("GET", "/live/{live}"): Action.SAW,
    ("GET", "/api/v1/live/{live}"): Action.SAW,
    ("GET", "/api/v1/reports/causes"): Action.SAW,
    ("GET", "/api/v1/reports/day"): Action.SAW,
    ("GET", "/api/v1/reports/trends"): Action.SAW,
    ("GET", "/api/v1/reports/words"): Action.SAW,
    ("POST", "/api/v1/recordings"): Action.ADDED,
    ("POST", "/api/v1/recordings/from-storage"): Action.ADDED,
    ("POST", "/api/v1/uploads"): Action.ADDED,
    ("POST", _CALL + "/analyze"): Action.CHANGED,
    ("GET", "/api/v1/comparisons/{comparison}"): Action.SAW,
    ("GET", "/api/v1/comparisons/{comparison}/export"): Action.EXPORTED,
    ("GET", "/compare/{comparison}"): Action.SAW,
    ("GET", "/compare/{comparison}/lines"): Action.SAW,
    ("POST", "/api/v1/speech"): Action.ADDED,
    ("POST", _SPEECH): Action.SAW,
    ("GET", _SPEECH): Action.SAW,
    ("GET", _SPEECH + "/frames"): Action.SAW,
    ("GET", _SPEECH + "/regions"): Action.SAW,
    ("GET", _SPEECH + "/export"): Action.EXPORTED,
    ("GET", "/vad"): Action.SAW,
    ("POST", "/api/transcribe"): Action.ADDED,
    ("POST", "/v1/audio/transcriptions"): Action.ADDED,
}  # fmt: skip
"""What each route that gives something of calls lets somebody do."""


@dataclass(slots=True)
class Noting:
    """Notes what is given. May be used from several threads."""

    audit: Audit
    clock: Callable[[], float] = time.monotonic
    _seen: OrderedDict[tuple[str, str, str], float] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, request: Request) -> None:
        """Note what a request is about to be given, unless that was noted just now.

        Raises:
            StoreError: it cannot be noted; nothing may be given.
        """
        entry = entry_of(request)
        if entry is None or self._lately(entry):
            return
        self.audit.note(None, entry)
        self._remember(entry)

    def searched(self, request: Request, *, unredacted: bool) -> None:
        """Note a search whose body says what for, so that no address tells it.

        Raises:
            StoreError: it cannot be noted; nothing may be given.
        """
        entry = _entry(request, Action.SEARCHED, unredacted=unredacted)
        if entry is not None:
            self.audit.note(None, entry)

    def _lately(self, entry: Entry) -> bool:
        with self._lock:
            at = self._seen.get(_key(entry))
        return at is not None and self.clock() - at < AGAIN

    def _remember(self, entry: Entry) -> None:
        if entry.action not in {Action.SAW, Action.PLAYED}:
            return
        with self._lock:
            self._seen.pop(_key(entry), None)
            self._seen[_key(entry)] = self.clock()
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)


def entry_of(request: Request) -> Entry | None:
    """Return what is to be noted of a request; None for one that gives nothing of calls."""
    action = NOTED.get((request.method, template(request.scope)))
    if action is None:
        return None
    asked = request.query_params.get("unredacted", "false").strip().lower()
    return _entry(request, action, unredacted=asked not in _FALSE)


def _entry(request: Request, action: Action, *, unredacted: bool) -> Entry | None:
    """Return that somebody does something; None where nobody is known."""
    principal = request.scope.get("huiting.principal")
    if not isinstance(principal, Principal):
        return None
    return Entry(
        principal.id,
        principal.name,
        action,
        _subject(template(request.scope), request.path_params),
        request.client.host if request.client else "",
        detail={"kind": "unredacted"} if unredacted else {},
    )


def _subject(path: str, named: Mapping[str, Any]) -> str:
    if "call" in named:
        return f"call:{named['call']}"
    if "recording" in named:
        return f"recording:{named['recording']}"
    if "comparison" in named:
        return f"comparison:{named['comparison']}"
    if "live" in named:
        return f"live:{named['live']}"
    if "job" in named:
        return f"job:{named['job']}"
    return path.removeprefix("/api/v1/").removeprefix("/").replace("/", ":")


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry.who, f"{entry.action}{entry.detail.get('kind', '')}", entry.subject
