import numpy as np
import pytest
from numpy.typing import NDArray

from audio_files import encoded, syllables
from huiting.audio.bleed import Cleaned, without_bleed
from huiting.audio.decode import Decoded, decode, from_samples
from huiting.core.types import ConditionKind, Span

RATE = 16_000
LENGTH = 20
Sound = NDArray[np.float32]

AGENT = [Span(1, 5), Span(8, 12), Span(15, 18)]
CUSTOMER = [Span(5.5, 7.5), Span(12.5, 14.5)]
YES = Span(9.5, 10.2)
"""What the customer puts in while the agent speaks."""


def voice(spans: list[Span], seed: int, level: float = -20.0) -> Sound:
    sound = 0.00005 * np.random.default_rng(seed).standard_normal(LENGTH * RATE)
    for i, span in enumerate(spans):
        part = syllables(span.duration, RATE, seed=100 * seed + i, level=level)
        start = round(span.start * RATE)
        sound[start : start + len(part)] += part
    return sound.astype(np.float32)


def leak(source: Sound, level: float, delay: float, spread: float = 0.0) -> Sound:
    """Return a copy: `level` dB, `delay` seconds later, smeared over `spread` seconds."""
    taps = max(1, round(spread * RATE))
    response = np.random.default_rng(4).standard_normal(taps) * np.exp(-np.arange(taps) / taps * 3)
    response *= 10 ** (level / 20) / np.sqrt(np.square(response).sum())
    late = np.concatenate([np.zeros(round(delay * RATE)), source])[: len(source)]
    return np.convolve(late, response)[: len(source)].astype(np.float32)


def joined(*spans: Span) -> list[Span]:
    """Return what a voice detector would find: in order, touching ones as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start - found[-1].end < 0.2:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def cleaned(decoded: Decoded, agent: list[Span], customer: list[Span]) -> Cleaned:
    return without_bleed(decoded.tracks, [agent, customer])


def close(found: tuple[Span, ...], expected: list[Span]) -> bool:
    return len(found) == len(expected) and all(
        abs(f.start - e.start) < 0.25 and abs(f.end - e.end) < 0.25
        for f, e in zip(found, expected, strict=True)
    )


A, B = voice(AGENT, 1), voice(CUSTOMER, 2)


@pytest.mark.parametrize(
    ("level", "delay", "spread"),
    [
        pytest.param(-15, 0.0, 0.0, id="-15 dB at once"),
        pytest.param(-25, 0.03, 0.0, id="-25 dB after 30 ms"),
        pytest.param(-35, 0.01, 0.0, id="-35 dB"),
        pytest.param(-18, 0.005, 0.015, id="coloured by a room"),
    ],
)
def test_the_quiet_copy_of_the_other_side_is_left_out(
    level: float, delay: float, spread: float
) -> None:
    samples = np.stack([A, B + leak(A, level, delay, spread)])
    with from_samples(samples, RATE) as decoded:
        result = cleaned(decoded, AGENT, joined(*CUSTOMER, *AGENT))

    assert result.speech[0] == tuple(AGENT)
    assert close(result.speech[1], CUSTOMER)
    assert [(c.kind, c.channel) for c in result.conditions] == [(ConditionKind.BLEED, 1)]
    assert result.conditions[0].value == pytest.approx(level, abs=3)


def test_a_copy_that_went_through_a_codec_is_left_out() -> None:
    data = encoded("ogg", "libopus", np.stack([A, B + leak(A, -20, 0.01)]), RATE)
    with decode(data) as decoded:
        result = cleaned(decoded, AGENT, joined(*CUSTOMER, *AGENT))

    assert close(result.speech[1], CUSTOMER)


def test_what_is_put_in_while_the_other_side_speaks_survives() -> None:
    both = voice([*CUSTOMER, YES], 2, level=-26)
    with from_samples(np.stack([A, both + leak(A, -18, 0.01)]), RATE) as decoded:
        result = cleaned(decoded, AGENT, joined(*CUSTOMER, *AGENT))

    assert close(result.speech[1], sorted([*CUSTOMER, YES]))


def test_copies_in_both_directions_are_left_out() -> None:
    samples = np.stack([A + leak(B, -22, 0.015), B + leak(A, -20, 0.01)])
    with from_samples(samples, RATE) as decoded:
        everything = joined(*AGENT, *CUSTOMER)
        result = cleaned(decoded, everything, everything)

    assert close(result.speech[0], AGENT)
    assert close(result.speech[1], CUSTOMER)
    assert [c.channel for c in result.conditions] == [0, 1]


def test_a_channel_with_nothing_but_the_copy_has_no_speech_left() -> None:
    hiss = voice([], 3)
    with from_samples(np.stack([A, hiss + leak(A, -25, 0.02)]), RATE) as decoded:
        result = cleaned(decoded, AGENT, AGENT)

    assert result.speech == (tuple(AGENT), ())


def test_voices_that_only_overlap_are_left_alone() -> None:
    with from_samples(np.stack([A, voice(AGENT, 5, level=-30)]), RATE) as decoded:
        result = cleaned(decoded, AGENT, AGENT)

    assert result.speech == (tuple(AGENT), tuple(AGENT))
    assert result.conditions == ()


def test_a_copy_where_no_speech_was_found_is_not_told() -> None:
    with from_samples(np.stack([A, B + leak(A, -30, 0.01)]), RATE) as decoded:
        result = cleaned(decoded, AGENT, CUSTOMER)

    assert result.speech[1] == tuple(CUSTOMER)
    assert result.conditions == ()


def test_too_little_speech_is_no_evidence() -> None:
    with from_samples(np.stack([A, B + leak(A, -20, 0.01)]), RATE) as decoded:
        result = cleaned(decoded, [Span(1, 2)], [Span(1, 2)])

    assert result.speech == ((Span(1, 2),), (Span(1, 2),))


def test_one_track_has_no_other_side() -> None:
    with from_samples(A, RATE) as decoded:
        assert without_bleed(decoded.tracks, [AGENT]).speech == (tuple(AGENT),)


def test_speech_at_the_very_end_is_judged_too() -> None:
    last = [*AGENT[:2], Span(15, LENGTH)]
    source = voice(last, 1)
    with from_samples(np.stack([source, B + leak(source, -20, 0.01)]), RATE) as decoded:
        result = cleaned(decoded, last, joined(*CUSTOMER, *last))

    assert close(result.speech[1], CUSTOMER)
