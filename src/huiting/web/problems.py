"""The one place where an error becomes an HTTP answer: problem+json, as in RFC 9457."""

import math
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from huiting.core.error_words import mandarin
from huiting.core.errors import (
    Conflict,
    EngineError,
    Forbidden,
    HuitingError,
    InputError,
    Refusal,
    StoreError,
    TooMany,
    Unauthenticated,
    Unknown,
    UnknownCall,
)
from huiting.service.library.shelf import Wrong
from huiting.service.troubles import (
    Gone,
    Locked,
    NotTheSame,
    TooLarge,
    Unsatisfiable,
    Unsupported,
    WrongChecksum,
)
from huiting.vault.errors import Damaged, KeyMissing, VaultError
from huiting.web import openai_form
from huiting.web.tongue import tongue

MEDIA_TYPE = "application/problem+json"
OPENAI = "/v1/"
"""Paths whose clients read errors in OpenAI's form."""
CHECKSUM_MISMATCH = 460
"""What tus answers to a piece that arrived damaged."""
STATUS: Mapping[type[HuitingError], int] = {
    UnknownCall: 404,
    Unknown: 404,
    Gone: 410,
    NotTheSame: 412,
    TooLarge: 413,
    Unsupported: 415,
    Unsatisfiable: 416,
    Locked: 423,
    WrongChecksum: CHECKSUM_MISMATCH,
    Conflict: 409,
    InputError: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    TooMany: 429,
    Refusal: 403,
    StoreError: 503,
    EngineError: 503,
    Damaged: 500,
    KeyMissing: 500,
    VaultError: 503,
}
"""Of an error that is not named here, what its nearest ancestor has; else 500."""
_TITLES: Mapping[int, tuple[str, str]] = {
    400: ("The request cannot be read", "请求无法读取"),
    401: ("Sign in first", "请先登录"),
    403: ("Not permitted", "没有权限"),
    404: ("Not found", "未找到"),
    405: ("Not done here", "不支持此操作"),
    408: ("Too slow", "传输中断过久"),
    409: ("Conflict", "有冲突"),
    410: ("Gone", "已失效"),
    412: ("Changed meanwhile", "内容已被他人更改"),
    413: ("Too large", "内容过大"),
    415: ("Wrong kind of content", "内容类型不支持"),
    416: ("No such part", "所请求的范围不存在"),
    422: ("Cannot be used", "输入有误"),
    423: ("Just being changed", "正在被他人使用"),
    429: ("Too many requests", "请求过于频繁"),
    460: ("Damaged on its way", "传输中损坏"),
    500: ("Internal error", "内部错误"),
    503: ("Not available now", "服务暂不可用"),
}


class Mistake(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="Such as `query.limit` or `body.filter.since`.")
    reason: str


class Problem(BaseModel):
    """Why a request was not answered as wished (RFC 9457)."""

    type: str = Field(description="`/errors/` and the code.")
    title: str = Field(description="The same for every problem of this status.")
    status: int
    detail: str = Field(description="What, why, and what to do.")
    code: str = Field(description="Stable; for programs.")
    instance: str = Field(description="Id of the request, which the log has too.")
    errors: list[Mistake] = Field(default=[], description="What is wrong, where there is a list.")


Told = Callable[[Request, Problem], Response | None]
"""Tells of a problem as a page; None where a program asks."""


def install(app: FastAPI, page: Told | None = None) -> None:
    """Answer every error as a problem: to people as a page, where there are pages."""
    app.state.told = page

    @app.exception_handler(HuitingError)
    def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, HuitingError)
        return answer(request, error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _invalid(request, error.errors())

    @app.exception_handler(HTTPException)
    def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        detail = error.detail if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else ""
        code = HTTPStatus(error.status_code).name.lower().replace("_", "-")
        return problem(request, error.status_code, code, detail, headers=error.headers)


def status_of(error: HuitingError) -> int:
    """Return the HTTP status that an error has."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def answer(request: Request, error: HuitingError) -> Response:
    """Return the problem that an error is."""
    headers: dict[str, str] = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(max(1, math.ceil(error.wait)))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Unsatisfiable):
        headers["Content-Range"] = f"bytes */{error.size}"
    mistakes = error.mistakes if isinstance(error, Wrong) else ()
    return problem(
        request,
        status_of(error),
        error.code,
        worded(error, tongue(request)),
        errors=[Mistake(where=f"line {m.line or '?'}", reason=m.reason) for m in mistakes],
        headers=headers,
    )


def worded(error: HuitingError, language: str) -> str:
    """Return what an error says to a reader of `zh` or `en`."""
    return mandarin(str(error)) if language == "zh" else str(error)


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mistake] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem as an answer."""
    english, mandarin = _TITLES.get(status, ("Problem", "出现问题"))
    if request.url.path.startswith(OPENAI):
        return openai_form.error(status, code, _plain(detail or english), headers or {})
    body = Problem(
        type=f"/errors/{code}",
        title=mandarin if tongue(request) == "zh" else english,
        status=status,
        detail=detail or english,
        code=code,
        instance=f"urn:request:{request.scope.get('huiting.request', 'unknown')}",
        errors=list(errors),
    )
    page: Told | None = getattr(request.app.state, "told", None) if "app" in request.scope else None
    if page is not None and (response := page(request, body)) is not None:
        response.headers.update(dict(headers or {}))
        return response
    text = body.model_dump(mode="json")
    return JSONResponse(_plain(text), status, dict(headers or {}), media_type=MEDIA_TYPE)


def _plain(value: Any) -> Any:  # noqa: ANN401  (JSON)
    """Return JSON in which lone surrogates, which came in with a request, are escapes."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
    return value


def _invalid(request: Request, found: Sequence[Any]) -> Response:
    """Answer a request that does not fit its description, without repeating what it held."""
    mistakes = [Mistake(where=".".join(map(str, e["loc"])), reason=e["msg"]) for e in found]
    kinds = {e["type"] for e in found}
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content and content != "application/json" and any(e["loc"] == ("body",) for e in found):
        return problem(
            request, 415, "unsupported", f"{content}: not read here; send application/json"
        )
    status = 400 if "json_invalid" in kinds else 422
    detail = "; ".join(f"{m.where}: {m.reason}" for m in mistakes[:5])
    return problem(request, status, "input", detail, errors=mistakes)


def documented(*more: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors of a route for its description: those of every route, and `more`."""
    return {
        status: {"description": _TITLES[status][0], "content": _CONTENT}
        for status in sorted({*ALWAYS, *more})
    }


ALWAYS = (400, 401, 403, 422, 429, 503)
"""What any route may answer."""
_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
