"""Live speech goes to a child process that holds the models, and comes back; also when it dies."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from host_calls import PATH
from huiting.core.types import Role, Segment, Span
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.live.updates import Final
from huiting.service.live.hearing import Heard, HostListener, Listen
from live_service import With, live_in, opened, pcm, send, texts, to_the_end, wav
from live_work import FACTORY
from tones import SENTENCES, speak

QUICK = Limits(beat=0.2, pause=0.01, grace=1.0)
ASKED = Listen(
    samples=speak(1.0, (0.0, 1.0, 700)).tobytes(),
    channel=1,
    start=3.0,
    spans=((3.0, 4.0),),
    offsets=(0.0,),
    since=3.0,
    complete=True,
    role=Role.CUSTOMER,
)


def test_what_kills_the_models_is_not_told_and_all_else_is(tmp_path: Path) -> None:
    call = pcm(
        speak(9.0, (0.5, 2.0, 400), (5.0, 6.0, 600)), speak(9.0, (3.0, 4.2, 500), (7.5, 8.5, 600))
    )
    with ModelHost(FACTORY, b"", PATH, QUICK) as host:
        ears = HostListener(host, host.load)
        with live_in(tmp_path, With(ears=ears)) as place:
            line = opened(place.live, language="zh")
            events = line.events()
            send(line, call)
            line.finish()
            told, ended = to_the_end(events)
            losses = host.status().losses

            assert texts(told) == [SENTENCES[400], SENTENCES[600], SENTENCES[600]]
            assert [e.what for e in told if e.what == Final(2, ())] == [Final(2, ())]
            assert losses >= 1
            assert place.bytes_of(ended.recording) == wav(call)


def test_what_is_asked_and_answered_comes_back_as_it_was() -> None:
    segment = Segment(1, None, Role.CUSTOMER, Span(3.0, 4.0), "谢谢", "谢谢", language="zh")
    sounded = (np.arange(3, dtype=np.float32),)
    back = Heard.read(Heard((segment,), sounded, {"zh": 0.9}).packed())
    asked = Listen.read(ASKED.packed())

    assert (back.segments, back.odds) == ((segment,), {"zh": 0.9})
    assert np.array_equal(back.impressions[0], sounded[0])
    assert asked == ASKED
    assert asked.ask.spans == (Span(3.0, 4.0),)
    assert asked.ask.audio.duration == 1.0
    assert replace(asked, complete=False).ask.complete is False
