"""Searches that people keep."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from huiting.service.searching import Kept
from huiting.store.searches import LONGEST_NAME, LONGEST_QUERY, Draft

SearchId = Annotated[int, Path(ge=1, le=2**53)]
Column = Annotated[str, Field(min_length=1, max_length=120)]


class NewSearch(BaseModel):
    """A search to keep; one of the same name takes its place."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]
    query: Annotated[str, Field(max_length=LONGEST_QUERY)] = Field(
        description="Parameters as of `GET /calls`, encoded as in an address."
    )
    columns: list[Column] = Field([], max_length=40, description="Of the table on the page.")
    shared: bool = Field(
        default=False,
        description="With all who see the same calls; of who sees all calls, with everybody.",
    )

    def draft(self) -> Draft:
        """Return what is to be kept."""
        return Draft(self.name, self.query, tuple(self.columns), self.shared)


class SearchOf(BaseModel):
    """A kept search."""

    id: int
    name: str
    query: str
    columns: list[str]
    shared: bool
    mine: bool = Field(description="Only who made it may remove it.")
    at: datetime

    @classmethod
    def of(cls, kept: Kept) -> Self:
        """Return it as it is told."""
        return cls(
            id=kept.key, name=kept.name, query=kept.query, columns=list(kept.columns),
            shared=kept.shared, mine=kept.mine, at=kept.at,
        )  # fmt: skip
