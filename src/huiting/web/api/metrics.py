"""Numbers for Prometheus; it shows a token with the scope `system:read`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Unknown
from huiting.observe.metrics import MEDIA_TYPE
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.problems import documented

PREFIX = ""
router = APIRouter(tags=["system"])
Watcher = Annotated[Principal, Depends(require(Permission.SYSTEM_READ))]
_TEXT = {"description": "In Prometheus's form.", "content": {"text/plain": {}}}


@router.get("/metrics", responses={200: _TEXT, **documented(404)}, response_class=Response)
def metrics(_principal: Watcher, parts: Given) -> Response:
    """Tell how the service does, in numbers."""
    if parts.metrics is None:
        raise Unknown("metrics", "nobody counts here", "ask the server itself")
    return Response(parts.metrics.text(), media_type=MEDIA_TYPE)
