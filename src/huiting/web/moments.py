"""Points in time as requests write them: ISO 8601, and never a bare number."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator


def _written(value: object) -> object:
    """Refuse what pydantic would take for seconds since 1970: nobody means that by 20250312."""
    try:
        float(str(value))
    except ValueError:
        return value
    raise ValueError("give a time as in ISO 8601: 2025-03-12T10:15:00+08:00")


Moment = Annotated[datetime, BeforeValidator(_written)]
"""How a request's field takes a time."""
