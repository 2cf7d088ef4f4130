import numpy as np
import pytest

from huiting.audio.container import Frame
from huiting.audio.writer import Piece, Writer, on_clock
from huiting.core.types import Span

RATE = 16_000


def frame(start: float | None, seconds: float = 1.0, channels: int = 1, rate: int = RATE) -> Frame:
    return Frame(np.ones((round(seconds * rate), channels), np.float32), rate, start)


@pytest.mark.parametrize(
    ("starts", "claimed", "seconds"),
    [
        pytest.param([0, 1, 2], None, 3.0, id="one after the other"),
        pytest.param([None, None, None], None, 3.0, id="no timestamps"),
        pytest.param([5, 6, 7], None, 3.0, id="a clock that does not begin at zero"),
        pytest.param([0, 1.02, 2.02], None, 3.0, id="jitter"),
        pytest.param([0, 3.5, 4.5], None, 5.5, id="a gap"),
        pytest.param([0, 1, 30], 10.0, 3.0, id="a jump beyond the end that is claimed"),
        pytest.param([0, 1, 30], 40.0, 31.0, id="a long gap before the end that is claimed"),
        pytest.param([0, 1, 90], None, 3.0, id="a jump in a file that claims no end"),
        pytest.param([0, 50, 100], None, 52.0, id="gaps that add up to too much"),
        pytest.param([0, 1, 0, 1], None, 4.0, id="a clock that starts again"),
    ],
)
def test_gaps_become_silence(
    starts: list[float | None], claimed: float | None, seconds: float
) -> None:
    frames = [frame(start) for start in starts]

    pieces = list(on_clock(frames, origin=None, claimed=claimed))

    assert sum(len(piece.samples) for piece in pieces) == pytest.approx(seconds * RATE, abs=2)


def test_sound_that_begins_after_the_picture_keeps_its_place() -> None:
    first, *_ = on_clock([frame(0.5)], origin=0.0, claimed=2.0)

    assert len(first.samples) == RATE // 2
    assert not first.samples.any()


def test_a_long_gap_comes_in_pieces() -> None:
    pieces = list(on_clock([frame(0), frame(36.0)], origin=None, claimed=40.0))

    assert max(len(piece.samples) for piece in pieces) <= 10 * RATE


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        pytest.param(1, [1.0, 1.0], id="mono sounds on both"),
        pytest.param(3, [1.0, 1.0], id="the third has no place"),
        pytest.param(2, [1.0, 1.0], id="as before"),
    ],
)
def test_a_change_of_channels_is_fitted_to_the_first(channels: int, expected: list[float]) -> None:
    writer = Writer(RATE, 1 << 20, None)
    writer.write(Piece(np.zeros((RATE, 2), np.float32), RATE))
    writer.write(Piece(np.full((RATE, channels), 0.5, np.float32), RATE))
    written = writer.finish()
    assert written is not None

    heard = [spool.read(RATE, 2 * RATE).mean() * 2 for spool in written.spools]
    writer.close()

    assert heard == pytest.approx(expected)


def test_fewer_channels_leave_the_others_silent() -> None:
    writer = Writer(RATE, 1 << 20, None)
    writer.write(Piece(np.full((RATE, 3), 0.5, np.float32), RATE))
    writer.write(Piece(np.full((RATE, 2), 0.5, np.float32), RATE))
    written = writer.finish()
    assert written is not None

    heard = [float(spool.read(RATE, 2 * RATE).mean()) for spool in written.spools]
    writer.close()

    assert heard == pytest.approx([0.5, 0.5, 0.0])


def test_a_change_of_rate_keeps_the_time() -> None:
    writer = Writer(RATE, 1 << 20, None)
    for rate in (8000, 48_000, 16_000):
        writer.write(Piece(np.zeros((rate, 1), np.float32), rate))
    written = writer.finish()
    assert written is not None

    assert written.duration == pytest.approx(3.0)
    assert written.file_rate == 8000
    assert written.tracks[0].cut(Span(2, 9)).duration == pytest.approx(1.0)
    writer.close()


def test_nothing_written_is_nothing() -> None:
    assert Writer(RATE, 0, None).finish() is None
