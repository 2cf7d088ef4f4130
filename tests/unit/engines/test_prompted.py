"""What is asked of a model that listens, and what of its answer is believed; no runtime."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hotword
from huiting.core.types import Audio, Span, Word
from huiting.engines._prompted import (
    FOR_WORDS,
    LEAST,
    QUICK,
    SLOW,
    Order,
    Prompted,
    Room,
    Said,
    Tongue,
    most,
    slowest,
    token_rate,
)

WORDS = tuple(Hotword(text) for text in ("鑫诚宝", "理财通", "稳盈"))
ROOM = Room(memory=512, scaffold=80, sound=1 / 0.06)


def clip(seconds: float, loudness: float = 0.1) -> Audio:
    noise = np.random.default_rng(3).normal(0, loudness, round(seconds * 16_000))
    return Audio(noise.astype(np.float32), 16_000)


def calmly(order: Order) -> Said:
    return Said("您好", 2)


@dataclass
class Scribe:
    """A `Model` that answers as it is told, and remembers what it was asked."""

    answer: Callable[[Order], Said] = calmly
    heard: Tongue = field(default_factory=Tongue)
    room: Room = ROOM
    name: str = "scribe"
    device: str = "cpu"
    codes: tuple[str, ...] = ("zh", "en", "hi")
    orders: list[Order] = field(default_factory=list)
    asked: int = 0

    def write(self, order: Order, /) -> Said:
        self.orders.append(order)
        return self.answer(order)

    def tongue(self, _clip: Audio, /) -> Tongue:
        self.asked += 1
        return self.heard

    def odds(self, _clip: Audio, /) -> Mapping[str, float]:
        return {"zh": 1.0}


def spoken(_: Audio) -> bool:
    return True


def unspoken(_: Audio) -> bool:
    return False


def never(_: Audio) -> bool:
    raise AssertionError("asked of a clip to which no words are told")


def test_words_are_told_where_somebody_speaks() -> None:
    scribe = Scribe()
    (heard,) = Prompted(scribe, spoken).decode([clip(2)], Hints("zh", WORDS))

    assert (heard.text, heard.language, heard.gate) == ("您好", "zh", None)
    assert [order.words for order in scribe.orders] == [("鑫诚宝", "理财通", "稳盈")]


def test_no_words_are_told_where_nobody_speaks() -> None:
    scribe = Scribe()
    Prompted(scribe, unspoken).decode([clip(2)], Hints("zh", WORDS))

    assert [order.words for order in scribe.orders] == [()]


def test_nobody_is_looked_for_where_there_are_no_words() -> None:
    (heard,) = Prompted(Scribe(), never).decode([clip(2)], Hints("zh"))

    assert heard.text == "您好"


@pytest.mark.parametrize("seconds", [0.0, 0.1, 5.0])
def test_silence_is_not_shown_to_the_model(seconds: float) -> None:
    scribe = Scribe()
    (heard,) = Prompted(scribe, spoken).decode([clip(seconds, 0.0)], Hints("zh", WORDS))

    assert (heard.text, heard.gate) == ("", "no-speech")
    assert not scribe.orders


def test_a_text_that_may_be_the_list_is_heard_again_without_it() -> None:
    scribe = Scribe(lambda order: Said("，".join(order.words) or "请问什么是年化", 8))
    (heard,) = Prompted(scribe, spoken).decode([clip(3)], Hints("zh", WORDS))

    assert heard.text == "请问什么是年化"
    assert [bool(order.words) for order in scribe.orders] == [True, False]


def test_what_is_written_without_the_list_is_believed_even_if_it_looks_like_it() -> None:
    scribe = Scribe(lambda _: Said("鑫诚宝，理财通，稳盈", 8))
    (heard,) = Prompted(scribe, spoken).decode([clip(3)], Hints("zh", WORDS))

    assert (heard.text, heard.gate) == ("鑫诚宝，理财通，稳盈", None)


@pytest.mark.parametrize(
    ("plainly", "text", "gate"),
    [
        pytest.param("新城堡", "鑫诚宝", None, id="as much is heard without the list"),
        pytest.param("嗯", "嗯", None, id="much less is heard"),
        pytest.param("您好我想问一下", "您好我想问一下", None, id="much more is heard"),
        pytest.param("", "", "empty", id="nothing is heard"),
    ],
)
def test_a_word_of_the_list_alone_is_believed_if_as_much_is_heard_without_it(
    plainly: str, text: str, gate: str | None
) -> None:
    scribe = Scribe(lambda order: Said("鑫诚宝" if order.words else plainly, 3))
    (heard,) = Prompted(scribe, spoken).decode([clip(2)], Hints("zh", WORDS))

    assert (heard.text, heard.gate) == (text, gate)


def test_a_loop_is_heard_again_without_words_before_it_is_given_up() -> None:
    scribe = Scribe(lambda order: Said("稳盈" * 30 if order.words else "好的", 30))
    (heard,) = Prompted(scribe, spoken).decode([clip(4)], Hints("zh", WORDS))

    assert heard.text == "好的"


@pytest.mark.parametrize(
    ("said", "gate"),
    [
        pytest.param(Said("", 0), "empty", id="nothing"),
        pytest.param(Said("。…", 2), "empty", id="punctuation"),
        pytest.param(Said("嗯" * 40, 40), "repetition", id="a loop"),
        pytest.param(Said("这是一句谁也说不了这么快的话" * 3, 20), "too-fast", id="too fast"),
        pytest.param(Said("好的", LEAST + 20), "too-fast", id="too many tokens for two seconds"),
        pytest.param(Said("好的", LEAST + 19), None, id="just not too many"),
    ],
)
def test_what_nobody_can_have_said_is_refused(said: Said, gate: str | None) -> None:
    (heard,) = Prompted(Scribe(lambda _: said), never).decode([clip(2)], Hints("zh"))

    assert heard.gate == gate
    assert (heard.text == "") == (gate is not None)


def test_a_long_clip_in_which_the_model_loses_itself_is_heard_again_in_halves() -> None:
    def lost_in_long_ones(order: Order) -> Said:
        return Said("嗯" * 50, 50) if order.clip.duration > 6 else Said("好的", 2)

    scribe = Scribe(lost_in_long_ones)
    (heard,) = Prompted(scribe, never).decode([clip(10)], Hints("zh"))

    assert heard.text == "好的 好的"
    assert sum(order.clip.duration for order in scribe.orders[1:]) == pytest.approx(10)


def test_a_long_clip_of_which_nothing_is_written_is_heard_again_only_where_somebody_speaks() -> (
    None
):
    talking, playing = (Scribe(lambda _: Said("", 0)) for _ in range(2))
    Prompted(talking, spoken).decode([clip(10)], Hints("zh"))
    Prompted(playing, unspoken).decode([clip(10)], Hints("zh"))

    assert (len(talking.orders) > 1, len(playing.orders)) == (True, 1)


def test_a_model_that_stays_lost_comes_to_an_end() -> None:
    scribe = Scribe(lambda _: Said("嗯" * 50, 50))
    (heard,) = Prompted(scribe, never).decode([clip(12)], Hints("zh"))

    assert (heard.text, heard.gate) == ("", "repetition")
    assert len(scribe.orders) < 10


def test_the_language_is_the_one_given_else_the_one_the_model_hears() -> None:
    scribe = Scribe(heard=Tongue("en"))
    decoder = Prompted(scribe, never)
    given, detected = decoder.decode([clip(1)], Hints("zh")) + decoder.decode([clip(1)], Hints())

    assert (given.language, detected.language) == ("zh", "en")
    assert [order.language for order in scribe.orders] == ["zh", "en"]
    assert scribe.asked == 1


def test_a_model_that_says_nobody_speaks_is_believed() -> None:
    scribe = Scribe(heard=Tongue(nobody=True))
    (heard,) = Prompted(scribe, spoken).decode([clip(1)], Hints(hotwords=WORDS))

    assert (heard.text, heard.gate, heard.language) == ("", "no-speech", None)
    assert not scribe.orders


def test_a_language_that_is_named_with_the_text_is_taken_where_none_was_known() -> None:
    scribe = Scribe(lambda _: Said("hello", 1, language="en"))
    unknown, given = (
        Prompted(scribe, spoken).decode([clip(1)], Hints(language))[0] for language in (None, "zh")
    )

    assert (unknown.language, given.language) == ("en", "zh")


def test_a_model_that_writes_that_nobody_speaks_is_not_asked_again_in_halves() -> None:
    scribe = Scribe(lambda _: Said("", 0, nobody=True))
    (heard,) = Prompted(scribe, spoken).decode([clip(10)], Hints())

    assert (heard.text, heard.gate) == ("", "no-speech")
    assert len(scribe.orders) == 1


def test_a_language_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(EngineError, match=r"does not know the language 'xx'.*zh, en, hi"):
        Prompted(Scribe(), never).decode([clip(1)], Hints("xx"))


def test_words_have_no_times_and_texts_no_confidence() -> None:
    (heard,) = Prompted(Scribe(), never).decode([clip(1)], Hints("zh"))

    assert (heard.words, heard.confidence) == ((), None)


def test_languages_and_device_are_the_model_s() -> None:
    decoder = Prompted(Scribe(), never)

    assert decoder.device == "cpu"
    assert decoder.detect([clip(1)] * 2) == [{"zh": 1.0}] * 2


def test_the_shorter_a_clip_the_more_words_fit_beside_it() -> None:
    scribe = Scribe()
    many = tuple(Hotword(f"很长的热词第{i}号") for i in range(40))
    Prompted(scribe, spoken).decode([clip(2), clip(8), clip(12)], Hints("zh", many))
    counts = [len(order.words) for order in scribe.orders]

    assert counts[0] > counts[1] > counts[2] > 0


@pytest.mark.parametrize("rate", [QUICK, SLOW])
def test_prompt_sound_words_and_answer_fit_into_the_memory_of_a_model(rate: float) -> None:
    longest = ROOM.longest(rate)

    assert ROOM.words(longest, rate) >= FOR_WORDS - 1
    assert ROOM.scaffold + longest * ROOM.sound + FOR_WORDS + most(longest, rate) <= ROOM.memory
    assert Room(100_000, 80, 13.0).longest(rate) == 30.0


def test_languages_whose_words_are_many_tokens_get_more_of_them() -> None:
    assert token_rate("zh") == QUICK < token_rate("hi") == token_rate(None) == SLOW
    assert slowest(("zh", "en")) == QUICK
    assert slowest(("zh", "th")) == slowest(()) == SLOW


def test_what_clips_need_next_is_written_together_where_the_model_can() -> None:
    batches: list[list[tuple[float, bool]]] = []

    def together(orders: Sequence[Order]) -> list[Said]:
        batches.append([(order.clip.duration, bool(order.words)) for order in orders])
        return [
            Said("鑫诚宝理财通稳盈" if o.words else f"{o.clip.duration:.0f}", 4) for o in orders
        ]

    clips = [clip(1), clip(2, 0.0), clip(3)]
    heard = Prompted(Scribe(), spoken, together=together).decode(clips, Hints("zh", WORDS))

    assert batches == [[(1.0, True), (3.0, True)], [(1.0, False), (3.0, False)]]
    assert [(h.text, h.gate) for h in heard] == [("1", None), ("", "no-speech"), ("3", None)]


def test_times_and_confidence_are_those_the_runtime_tells() -> None:
    words = (Word("您", Span(0.1, 0.3), None), Word("好", Span(0.3, 0.5), None))
    scribe = Scribe(lambda _: Said("您好", 2, words, 0.8))
    (heard,) = Prompted(scribe, never).decode([clip(1)], Hints("zh"))

    assert (heard.words, heard.confidence) == (words, 0.8)


def test_what_is_refused_has_neither() -> None:
    words = (Word("嗯", Span(0.1, 0.3), None),)
    scribe = Scribe(lambda _: Said("嗯" * 40, 40, words, 0.8))
    (heard,) = Prompted(scribe, never).decode([clip(1)], Hints("zh"))

    assert (heard.gate, heard.words, heard.confidence) == ("repetition", (), None)
