"""A plan that would never come to an end is refused."""

from typing import Any

import pytest

from huiting.live.plan import Plan


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"longest": 0.5}, id="segments of no length"),
        pytest.param({"every": 0}, id="partials without end"),
        pytest.param({"pulse": 0}, id="pulses without end"),
        pytest.param({"pause": -1}, id="a pause before it begins"),
        pytest.param({"context": -1}, id="less than no context"),
    ],
)
def test_a_senseless_plan_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="need"):
        Plan(**wrong)
