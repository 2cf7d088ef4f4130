"""Small parts of live calls: cards, headers of files, languages, what a session sounds like."""

import io
import struct
import wave

import pytest

from fakes import AGENT as AGENT_PARTY
from fakes import says
from huiting.audio.arriving import Encoding
from huiting.core.types import EmotionLabel, Role, Span
from huiting.live.updates import Cue, CueKind, Final, Lost, Mood, Pulse, Strain, Update
from huiting.service.live.card import Card
from huiting.service.live.counting import Uncounted
from huiting.service.live.happening import Away, Ended, Event, Happening, Why
from huiting.service.live.keeping import OPEN_END, Wave, header, pack, unpack
from huiting.service.live.limits import Limits
from huiting.service.live.opening import Opening
from huiting.service.live.seats import Seats
from huiting.service.live.tongue import Tongue

BOTH = (Role.AGENT, Role.CUSTOMER)


def card(*happened: Happening) -> Card:
    found = Card()
    for number, what in enumerate(happened, 1):
        found.take(Event(number, what))
    return found


def cue(
    key: str, severity: str = "warning", kind: CueKind = CueKind.RULE, *, on: bool = True
) -> Cue:
    return Cue(key, kind, 1.0, {"zh": "x", "en": "x"}, severity, on=on)


def test_a_card_shows_how_a_call_stands() -> None:
    final = Final(1, (says(AGENT_PARTY, 0, 1, "您好"),))
    found = card(
        Pulse(1.0), final, Final(2, ()), Strain(2.0, on=True, behind=3.0), Away(2.0, on=True),
        Lost(3, 0, Span(0, 1), "x"), Pulse(2.0),
    )  # fmt: skip

    assert found.pulse == Pulse(2.0)
    assert found.last is not None
    assert found.last.what == final
    assert (found.strained, found.away, found.lost, found.ended) == (True, True, 1, None)


def angry(role: Role) -> Pulse:
    return Pulse(1.0, moods={1: Mood(1.0, EmotionLabel.ANGRY, 0.9)}, roles={1: role})


@pytest.mark.parametrize(
    ("more", "less"),
    [
        pytest.param([cue("a", "fatal")], [cue("a"), cue("b")], id="a grave cue before two others"),
        pytest.param([cue("a")], [cue("a"), cue("a", on=False)], id="not what is over"),
        pytest.param([angry(Role.CUSTOMER)], [angry(Role.AGENT)], id="an angry customer"),
        pytest.param([Away(1.0, on=True)], [], id="a side that is away"),
        pytest.param(
            [cue("a", "notice")], [cue("a", kind=CueKind.REQUIRED)], id="not what is still to say"
        ),
        pytest.param([cue("a")], [cue("a"), Ended(Why.GONE, 1.0, None)], id="not what has ended"),
    ],
)
def test_who_needs_help_most_comes_first(more: list[Happening], less: list[Happening]) -> None:
    assert card(*more).need > card(*less).need


def test_a_header_is_that_of_the_usual_writers() -> None:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((2, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\0" * 400)

    assert header(Opening(8_000, BOTH), 400) == made.getvalue()[:44]


def test_a_header_says_what_compressed_audio_is() -> None:
    found = header(Opening(8_000, BOTH, Encoding.ALAW), 100)

    assert struct.unpack("<HHIIHHH", found[20:38]) == (6, 2, 8_000, 16_000, 2, 8, 0)


def test_a_file_longer_than_its_header_can_say_says_so() -> None:
    assert header(Opening(), 5 << 30)[40:44] == struct.pack("<I", OPEN_END)


@pytest.mark.parametrize("size", [-1, 1, 7, 44, 1_000], ids=str)
def test_a_file_is_read_in_pieces_of_any_size(size: int) -> None:
    made = Wave(Opening(8_000, BOTH), io.BytesIO(bytes(range(203))), 203)
    pieces = []
    while piece := made.read(size):
        pieces.append(piece)

    assert b"".join(pieces) == header(Opening(8_000, BOTH), 200) + bytes(range(200))


def test_a_language_is_sure_when_enough_was_heard_of_it() -> None:
    tongue = Tongue(None)
    tongue.take({"zh": 0.9, "en": 0.1}, 1.0)
    before = tongue.language
    tongue.take({"zh": 0.0}, 3.0)
    tongue.take({"zh": 0.8, "en": 0.2}, 3.0)

    assert (before, tongue.language) == (None, "zh")


def test_a_language_that_does_not_stand_out_stays_unsure() -> None:
    tongue = Tongue(None)
    for _ in range(9):
        tongue.take({"zh": 0.5, "en": 0.5}, 9.0)

    assert tongue.language is None
    assert Tongue("ja").language == "ja"


def test_what_counts_is_packed_and_comes_back() -> None:
    final = Final(1, (says(AGENT_PARTY, 0, 1, "您好"),))
    told: list[Update] = [Pulse(1.0), final, cue("a"), Lost(2, 0, Span(0, 1), "x")]
    back = unpack(pack([Event(n, what) for n, what in enumerate(told, 5)]))

    assert [event.what for event in back] == told[1:]
    assert [event.number for event in back] == [1, 2, 3]


def test_who_counts_nothing_is_asked_in_vain() -> None:
    counting = Uncounted()
    counting.came(1.0)
    counting.decoded("final", 1.0)
    counting.first(1.0)
    counting.live_ended("gone")


def test_a_seat_may_be_given_back_while_they_are_counted() -> None:
    seats = Seats(Limits(calls=9, own=9))
    taken = [seats.take("root", []) for _ in range(3)]

    class Leaving(str):
        """The id of a call; who asks for it finds that all leave."""

        __slots__ = ()

        def __hash__(self) -> int:
            for seat in taken:
                seats.leave(seat)
            return super().__hash__()

    for seat in taken:
        seat.call = Leaving("a1")
    seats.check("root", [("b2", "root")])

    assert seats.take("root", []) is not None
