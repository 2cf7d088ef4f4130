from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from huiting.web.moments import Moment

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


@pytest.mark.parametrize("text", ["2025-03-12T02:15:00Z", "2025-03-12T10:15:00+08:00"])
def test_a_time_is_written_as_in_iso_8601(text: str) -> None:
    assert MOMENT.validate_python(text) == datetime(2025, 3, 12, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["20250312", "0", "-1.5e3", "nan", 1741745700])
def test_a_number_is_no_time(text: str | int) -> None:
    with pytest.raises(ValidationError, match="ISO 8601"):
        MOMENT.validate_python(text)
