"""Metadata: which entries calls have, and with which values; for filters."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.views import View
from huiting.web.api.shapes.calls import Unredacted
from huiting.web.doors import require
from huiting.web.parts import Given

router = APIRouter(prefix="/fields", tags=["fields"])
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Name = Annotated[str, Path(min_length=1, max_length=100)]


class FieldName(BaseModel):
    """A name that metadata entries have."""

    name: str
    calls: int = Field(description="How many have one.")


class FieldValue(BaseModel):
    """A value of a metadata entry."""

    value: str
    calls: int = Field(description="How many have it.")


@router.get("")
def names(principal: Reader, parts: Given) -> list[FieldName]:
    """List the names of metadata entries."""
    found = parts.reading.fields(View(principal))
    return [FieldName(name=field.text, calls=field.calls) for field in found]


@router.get("/{name}")
def values(
    name: Name,
    principal: Reader,
    parts: Given,
    begins: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    *,
    unredacted: Unredacted = False,
) -> list[FieldValue]:
    """List the values of a metadata entry, sorted; those of personal data only where permitted."""
    found = parts.reading.values(name, begins, limit, View(principal, unredacted))
    return [FieldValue(value=field.text, calls=field.calls) for field in found]
