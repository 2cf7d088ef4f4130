"""The system: version, models and their checksums, device, queue, room on the disks."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.state import DeviceState, DiskState, ModelState
from huiting.web.doors import require
from huiting.web.parts import Given

router = APIRouter(prefix="/system", tags=["system"])
Reader = Annotated[Principal, Depends(require(Permission.SYSTEM_READ))]


class QueueOf(BaseModel):
    """One kind of work that is to be done."""

    kind: str
    waiting: int
    running: int
    oldest: float = Field(description="Seconds that the first of them has waited.")


class System(BaseModel):
    """How the service is."""

    version: str
    engine: str = Field(description="Recognizer.")
    models: list[ModelState]
    device: DeviceState | None
    disks: list[DiskState]
    queue: list[QueueOf]
    calls: int


@router.get("")
def system(_reader: Reader, parts: Given) -> System:
    """Read how the service is."""
    state = parts.state()
    return System(
        version=state.version,
        engine=state.engine,
        models=list(state.models),
        device=state.device,
        disks=list(state.disks),
        queue=[
            QueueOf(kind=n.kind, waiting=n.waiting, running=n.running, oldest=n.oldest)
            for n in parts.queue.loads()
        ],
        calls=parts.store.count(),
    )
