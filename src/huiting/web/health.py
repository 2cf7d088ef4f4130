"""For whoever watches the service: is the process alive, and can it do its work?

Open to everybody; says nothing but yes or no.
"""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from huiting.web.parts import Given

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """How the service is."""

    status: Literal["ok", "unavailable"]


@router.get("/healthz")
def alive() -> Health:
    """Say that the process answers."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Health, "description": "It cannot work now."}})
def ready(parts: Given, response: Response) -> Health:
    """Say whether the service can do its work: the database answers, recordings can be kept."""
    if parts.ready() is None:
        return Health(status="ok")
    response.status_code = 503
    return Health(status="unavailable")
