import numpy as np
import pytest

from huiting.core.types import Audio, Event, EventLabel, EventSource
from huiting.engines._keys import KEYS, keys
from huiting.engines._spectra import BLOCK, blocks
from huiting.engines._tones import Tones
from network_tones import RATE, Samples, buzz, cadence, hiss, melody, pressed, sines, still

ALL = "".join(KEYS)


def heard(samples: Samples) -> list[Event]:
    tones = Tones()
    for block in blocks(Audio(samples, RATE)):
        tones.hear(block)
    return tones.events(1)


def names(samples: Samples) -> str:
    return "".join(event.text or event.label for event in heard(samples))


@pytest.mark.parametrize("name", ALL)
def test_every_key_is_known(name: str) -> None:
    assert "".join(k.key for k in keys(pressed(name, 0.1, 0.1), 0.0)) == name


@pytest.mark.parametrize(
    ("seconds", "pause"),
    [
        pytest.param(0.045, 0.045, id="as short as the network must take"),
        pytest.param(0.1, 0.05, id="dialed by a machine"),
        pytest.param(0.4, 0.6, id="pressed slowly"),
    ],
)
def test_a_number_is_read_however_fast(seconds: float, pause: float) -> None:
    assert names(pressed("482913#", seconds, pause)) == "482913#"


@pytest.mark.parametrize("twist", [-8.0, 6.0])
def test_the_two_sines_need_not_be_equal(twist: float) -> None:
    assert names(pressed(ALL, 0.08, 0.08, twist=twist)) == ALL


@pytest.mark.parametrize("off", [-0.015, 0.015])
def test_a_cheap_telephone_may_be_off(off: float) -> None:
    assert names(pressed(ALL, 0.08, 0.08, off=off)) == ALL


def test_far_off_is_no_key() -> None:
    assert names(pressed(ALL, 0.1, 0.1, off=0.035)) == ""


def test_one_sine_far_weaker_is_no_key() -> None:
    assert names(pressed(ALL, 0.1, 0.1, twist=14)) == ""


def test_noise_does_not_hide_a_number() -> None:
    number = pressed("13800138000", 0.1, 0.08)

    assert names(number + hiss(len(number) / RATE, -32)) == "13800138000"


def test_the_same_key_twice_is_two_keys() -> None:
    assert names(pressed("88", 0.08, 0.04)) == "88"


def test_a_click_is_no_key() -> None:
    assert names(pressed("5", 0.02, 0.1)) == ""


def test_a_lone_key_must_be_pure() -> None:
    one = pressed("1", 0.1, 0.1)
    noise = hiss(len(one) / RATE, -21.5)

    assert names(one) == "1"
    assert names(one + noise) == ""
    assert [k.key for k in keys(one + noise, 0.0)] == ["1"]


def test_a_number_is_one_event_with_its_digits() -> None:
    [event] = heard(pressed("12", 0.1, 0.1))

    assert (event.label, event.source, event.channel) == (EventLabel.DTMF, EventSource.SIGNAL, 1)
    assert event.span.start == pytest.approx(0.3, abs=0.03)
    assert event.span.end == pytest.approx(0.6, abs=0.03)
    assert event.score is not None
    assert event.score > 0.95


def test_keys_far_apart_are_two_events() -> None:
    found = heard(np.concatenate((pressed("1", 0.2, 0), still(3), pressed("2", 0.2, 0))))

    assert [event.text for event in found] == ["1", "2"]


def test_a_key_on_the_border_of_two_blocks_is_one_key() -> None:
    before = still(BLOCK - 0.35)

    assert names(np.concatenate((before, pressed("7", 0.1, 0.1)))) == "7"


@pytest.mark.parametrize(
    ("sound", "label"),
    [
        pytest.param(cadence([1, 4, 1, 4], 450), "ringback", id="China rings"),
        pytest.param(cadence([1, 1, 0.3], 450), "ringback", id="answered while it rings"),
        pytest.param(cadence([2, 4, 2], 440, 480), "ringback", id="North America rings"),
        pytest.param(
            cadence([0.4, 0.2, 0.4, 2, 0.4, 0.2, 0.4], 400, 450), "ringback", id="Britain rings"
        ),
        pytest.param(cadence([1, 4, 1], 425), "ringback", id="Europe rings"),
        pytest.param(cadence([1], 450), "ringback", id="rings once"),
        pytest.param(cadence([0.35] * 8, 450), "busy", id="China is busy"),
        pytest.param(cadence([0.5] * 6, 480, 620), "busy", id="North America is busy"),
        pytest.param(cadence([8], 450), "", id="dial tone"),
        pytest.param(cadence([0.3], 450), "", id="a beep"),
        pytest.param(cadence([0.3, 0.3, 0.3, 2, 0.3], 450), "", id="beeps without a rhythm"),
        pytest.param(cadence([1, 4, 1], 480, 620), "", id="a tone that never rings"),
        pytest.param(cadence([1, 4, 1], 520), "", id="a tone of no network"),
        pytest.param(melody(20), "", id="a tune"),
        pytest.param(buzz(20), "", id="something like a voice"),
        pytest.param(hiss(20, -25), "", id="noise"),
        pytest.param(still(5), "", id="silence"),
    ],
)
def test_the_rhythm_tells(sound: Samples, label: str) -> None:
    assert "".join(event.label for event in heard(sound)) == label


def test_ringing_is_one_event_from_its_first_burst_to_its_last() -> None:
    [event] = heard(cadence([1, 4, 1, 4], 450))

    assert event.span.start == pytest.approx(1.0, abs=0.15)
    assert event.span.end == pytest.approx(7.0, abs=0.15)


def test_a_note_with_others_around_it_does_not_ring() -> None:
    tune = np.concatenate((sines(0.5, 523), sines(1.0, 450), sines(0.5, 392)))

    assert heard(np.concatenate((still(1), tune, still(1)))) == []


def test_ringing_in_noise_is_heard() -> None:
    ringing = cadence([1, 1, 1], 450)

    assert names(ringing + hiss(len(ringing) / RATE, -35)) == "ringback"


def test_ringing_across_two_blocks_is_one_event() -> None:
    [event] = heard(np.concatenate((still(BLOCK - 1.5), cadence([1, 4, 1], 450))))

    assert event.span.duration == pytest.approx(6.0, abs=0.2)


def test_single_ring_is_less_sure_than_a_row() -> None:
    [one] = heard(cadence([1], 450))
    [row] = heard(cadence([1, 4, 1], 450))

    assert one.score is not None
    assert row.score is not None
    assert one.score < row.score


def test_too_little_to_listen_to_is_no_key() -> None:
    assert keys(still(0.01), 0.0) == []


def test_a_recording_shorter_than_a_ring_is_listened_to() -> None:
    assert heard(sines(0.1, 450)) == []
