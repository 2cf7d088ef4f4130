import pytest

from huiting.engines._onsets import spans_of


@pytest.mark.parametrize(
    ("onsets", "spans"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([0.0], [(0.0, 0.24)], id="not before the clip"),
        pytest.param([0.63, 0.75], [(0.6, 0.72), (0.72, 0.96)], id="until the next one"),
        pytest.param([0.63, 1.83], [(0.6, 0.84), (1.8, 2.0)], id="no longer than a token lasts"),
    ],
)
def test_a_token_lasts_until_the_next(
    onsets: list[float], spans: list[tuple[float, float]]
) -> None:
    found = spans_of(onsets, 2.0)

    assert [time for span in found for time in span] == pytest.approx(
        [time for span in spans for time in span]
    )
