"""Live calls whose words come from streams: the real runtime on tiny networks that hear tones."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

from engines.tones import RATE
from host_calls import PATH
from huiting.app.hosting import Made
from huiting.app.live_hosting import heard
from huiting.app.settings import Settings
from huiting.core.ports import Hints
from huiting.core.types import Audio, Channel, Role
from huiting.jobs.host.faults import Crashed
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.jobs.host.ticket import Task
from huiting.live.asks import Ask
from huiting.live.plan import Plan
from huiting.live.session import Session
from huiting.live.updates import Final, Partial, Update
from huiting.service.live.hearing import HostListener, Listen, Listener, spans_of
from live_service import Loud, With, live_in, opened, pcm, send, texts, to_the_end, until
from live_streams import (
    DIE,
    FACTORY,
    Counting,
    StreamEars,
    paraformer,
    talk,
    transducer,
)
from tones import SENTENCES, Ear, kit, speak

PLAN = Plan(first=0.2, every=0.3, context=0.0, drafts=False)
QUICK = Limits(beat=0.2, pause=0.01, grace=1.0)
STEP = RATE // 10


def asked(ask: Ask, call: str) -> Listen:
    """Return an ask as a call on the server asks for it."""
    return Listen(
        samples=ask.audio.samples.tobytes(),
        channel=ask.channel,
        start=ask.start,
        spans=spans_of(ask.spans),
        offsets=ask.offsets,
        since=ask.since,
        complete=ask.complete,
        call=call,
        number=ask.number,
        final=ask.final,
    )


def begun(plan: Plan = PLAN) -> Session:
    return Session([Channel(0, Role.AGENT)], {0: Loud()}, plan)


def told(ears: Listener, *calls: np.ndarray, plan: Plan = PLAN) -> list[list[Update]]:
    """Hear calls in turns, a tenth of a second of each; return what each was told."""
    sessions = [begun(plan) for _ in calls]
    found: list[list[Update]] = [[] for _ in calls]
    longest = max(map(len, calls))
    for at in range(0, longest + STEP, STEP):
        for n, (session, samples) in enumerate(zip(sessions, calls, strict=True)):
            ended = at >= len(samples)
            found[n] += session.finish() if ended else session.feed([samples[at : at + STEP]])
            for ask in session.asks():
                answer = ears.hear(asked(ask, f"call {n}"))
                found[n] += session.heard(ask, answer.segments, answer.impressions)
    return found


def finals(updates: list[Update]) -> list[str]:
    return [s.text for u in updates if isinstance(u, Final) for s in u.segments]


def partials(updates: list[Update]) -> list[Partial]:
    return [update for update in updates if isinstance(update, Partial)]


@pytest.mark.parametrize("engine", [transducer, paraformer])
def test_partials_and_finals_come_from_a_stream_and_no_sample_is_heard_twice(
    tmp_path: Path, engine: object
) -> None:
    made = transducer(tmp_path) if engine is transducer else paraformer(tmp_path)
    ears = StreamEars(Counting(made))
    [updates] = told(ears, talk("你好请讲再见", "谢谢你"))

    assert finals(updates) == ["你好请讲再见", "谢谢你"]
    assert len(partials(updates)) >= 8
    assert {p.text for p in partials(updates)} >= {"你好", "谢谢"}
    assert ears.counting.fed == sum(len(a.samples) // 4 for a in ears.finals_in)
    assert ears.counting.begun == 2
    assert len(ears.streams) == 0


def test_finals_are_those_of_the_same_engine_clip_by_clip(tmp_path: Path) -> None:
    engine = transducer(tmp_path)
    ears = StreamEars(Counting(engine))
    [updates] = told(ears, talk("你好请讲", "再见", "谢谢你"))
    clips = [Audio(np.frombuffer(a.samples, np.float32), RATE) for a in ears.finals_in]
    offline = [h.text for h in engine.transcribe(clips, Hints())]

    assert finals(updates) == offline == ["你好请讲", "再见", "谢谢你"]


def test_words_of_finals_lie_where_they_were_said(tmp_path: Path) -> None:
    [updates] = told(StreamEars(Counting(transducer(tmp_path))), talk("你好请讲"))
    [final] = [u for u in updates if isinstance(u, Final)]

    assert [w.span.start for w in final.segments[0].words] == pytest.approx(
        [1.2 + 0.18 + i * 0.48 for i in range(4)], abs=0.06
    )


def test_what_is_stable_is_never_taken_back(tmp_path: Path) -> None:
    [updates] = told(StreamEars(Counting(transducer(tmp_path))), talk("你好请讲再见谢谢"))
    shown = partials(updates)

    assert all(b.stable.startswith(a.stable) for a, b in pairwise(shown))
    assert shown[-1].text == finals(updates)[0]


def test_two_calls_at_once_do_not_mix(tmp_path: Path) -> None:
    ears = StreamEars(Counting(transducer(tmp_path)))
    one, other = told(ears, talk("你好请讲", "再见"), talk("谢谢你再见", "请讲", pause=0.9))

    assert finals(one) == ["你好请讲", "再见"]
    assert finals(other) == ["谢谢你再见", "请讲"]
    assert ears.counting.fed == sum(len(a.samples) // 4 for a in ears.finals_in)


def test_streams_that_were_forgotten_are_begun_anew_with_the_same_words(tmp_path: Path) -> None:
    counting = Counting(transducer(tmp_path))

    class Forgetful(StreamEars):
        """Its streams are gone each time, as when the child died."""

        def hear(self, asked: Listen) -> object:  # type: ignore[override]
            self.__post_init__()
            return super().hear(asked)

    [updates] = told(Forgetful(counting), talk("你好请讲", "再见"))  # type: ignore[arg-type]

    assert finals(updates) == ["你好请讲", "再见"]
    assert counting.begun > 2


class Second(Ear):
    """The second pass: hears one sentence in everything, and remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[float] = []

    def _hear(self, clip: Audio, hints: Hints):  # type: ignore[no-untyped-def]  # noqa: ANN202
        self.lengths.append(clip.duration)
        return replace(super()._hear(clip, hints), text="我想退货", words=())


def test_in_two_passes_the_stream_tells_partials_and_the_engine_finals(tmp_path: Path) -> None:
    ears = StreamEars(Counting(transducer(tmp_path)), finals=False, ear=Second())
    [updates] = told(ears, talk("你好请讲再见"), plan=Plan(first=0.2, every=0.3))

    assert finals(updates) == ["我想退货"]
    shown = [p.text for p in partials(updates)]
    assert "你好请" in shown
    complete = [a for a in ears.asked if a.complete]
    incomplete = [a for a in ears.asked if not a.complete]
    assert isinstance(ears.ear, Second)
    assert len(ears.ear.lengths) == len(complete) > 0
    assert ears.counting.fed == max(len(a.samples) // 4 for a in incomplete)


def test_what_only_seems_to_be_over_is_not_for_a_stream_that_may_go_on(tmp_path: Path) -> None:
    ears = StreamEars(Counting(transducer(tmp_path)), ear=Second())
    [updates] = told(ears, talk("你好", pause=1.5), plan=replace(PLAN, drafts=True))

    assert finals(updates) == ["我想退货"]
    assert len(ears.streams) == 1  # let go with the next segment, or when nobody feeds it


def test_a_stretch_of_no_call_is_heard_as_a_clip(tmp_path: Path) -> None:
    ears = StreamEars(Counting(transducer(tmp_path)), ear=Ear())
    stretch = Listen(
        speak(1.0, (0.0, 1.0, 700)).tobytes(), 0, 0.0, ((0.0, 1.0),), (0.0,), 0.0, complete=False
    )

    assert [s.text for s in ears.hear(stretch).segments] == [SENTENCES[700]]
    assert ears.counting.begun == 0


def test_a_call_on_the_server_is_heard_by_streams(tmp_path: Path) -> None:
    ears = StreamEars(Counting(transducer(tmp_path / "model")))
    agent, customer = talk("你好请讲", "谢谢"), talk("再见谢谢你", pause=3.5)
    length = min(len(agent), len(customer))
    with live_in(tmp_path, With(ears=ears, plan=PLAN)) as place:
        line = opened(place.live, language="zh")
        events = line.events()
        data = pcm(agent[:length], customer[:length])
        send(line, data[: 4 * 2 * RATE])
        seen = until(events, lambda e: isinstance(e.what, Partial))
        send(line, data[4 * 2 * RATE :])
        line.finish()
        rest, ended = to_the_end(events)

        assert sorted(texts([*seen, *rest])) == sorted(["你好请讲", "谢谢", "再见谢谢你"])
        assert ended.recording is not None
    assert {a.call for a in ears.asked} == {line.id}
    assert ears.counting.fed == sum(len(a.samples) // 4 for a in ears.finals_in)


def test_when_the_child_dies_the_next_ask_begins_anew(tmp_path: Path) -> None:
    samples = talk("你好请讲再见")
    session = begun()
    asks: list[Ask] = []
    for at in range(0, len(samples), STEP):
        session.feed([samples[at : at + STEP]])
        asks += session.asks()
    early = [ask for ask in asks if not ask.final]
    [final] = [ask for ask in asks if ask.final]
    with ModelHost(FACTORY, str(tmp_path).encode(), PATH, QUICK) as host:
        ears = HostListener(host, host.load)
        before = ears.hear(asked(early[2], "call"))
        with pytest.raises(Crashed):
            host.run(Task(DIE, b"", "live call"), lambda _: None)
        after = ears.hear(asked(early[-1], "call"))
        last = ears.hear(asked(final, "call"))

        assert host.status().losses >= 1
    assert "".join(s.text for s in before.segments) in {"你", "你好"}
    assert "".join(s.text for s in after.segments).startswith("你好请讲")
    assert [s.text for s in last.segments] == ["你好请讲再见"]


def test_without_streams_all_is_heard_clip_by_clip() -> None:
    session = begun()
    samples = speak(3.0, (0.5, 1.5, 500))
    session.feed([samples])
    [ask] = [ask for ask in session.asks() if ask.final]
    found = heard(asked(ask, "call"), Made(kit(Ear()), Hints(), Settings()), set())

    assert [s.text for s in found.segments] == [SENTENCES[500]]
