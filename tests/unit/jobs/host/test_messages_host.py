"""Messages travel whole or not at all."""

import io
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.jobs.host import messages
from huiting.jobs.host.messages import (
    Advanced,
    Begin,
    Done,
    Entered,
    Failed,
    Fault,
    Moved,
    Outlet,
    Ready,
    ToChild,
    ToHost,
    Work,
    bodies,
    packed,
    to_child,
    to_host,
)

TOLD: list[ToHost] = [
    Ready(),
    Advanced(3, "asr", 0.25),
    Entered(1, (b"\x00" * 16, b"\xff" * 16)),
    Moved(1),
    Done(3, b"\x80result"),
    Failed(4, Fault("input", "a.wav", "no audio", "give some", ("in stage decode",))),
]


def test_what_is_told_is_heard_in_order() -> None:
    pipe = io.BytesIO(b"".join(map(packed, TOLD)))

    assert [to_host.decode(body) for body in bodies(pipe)] == TOLD


@given(st.integers(0, len(b"".join(map(packed, TOLD)))))
def test_what_its_writer_did_not_finish_is_left_out(cut: int) -> None:
    whole = b"".join(map(packed, TOLD))
    heard = [to_host.decode(body) for body in bodies(io.BytesIO(whole[:cut]))]

    assert heard == TOLD[: len(heard)]
    assert len(b"".join(map(packed, TOLD[: len(heard) + 1]))) > cut or heard == TOLD


def test_orders_reach_the_child() -> None:
    orders: list[ToChild] = [
        Begin(("a", "b"), "x:y", b"z"),
        Work(1, "n", b"p", "8001.wav", (b"k",), ()),
    ]
    pipe = io.BytesIO(b"".join(map(packed, orders)))

    assert [to_child.decode(body) for body in bodies(pipe)] == orders


def test_a_message_larger_than_the_pipe_arrives_whole_beside_others() -> None:
    inlet, outlet = os.pipe()
    sent = [Done(i, bytes([i]) * 300_000) for i in range(4)]
    end = Outlet(outlet)
    threads = [threading.Thread(target=end.send, args=(message,)) for message in sent]
    for thread in threads:
        thread.start()
    with os.fdopen(inlet, "rb") as file:
        found = bodies(file)
        heard = [to_host.decode(next(found)) for _ in sent]
    for thread in threads:
        thread.join()
    os.close(outlet)

    assert sorted(m.task for m in heard if isinstance(m, Done)) == [0, 1, 2, 3]
    assert all(m in sent for m in heard)


def test_nobody_to_hear_it_is_an_error() -> None:
    inlet, outlet = os.pipe()
    os.close(inlet)
    with pytest.raises(BrokenPipeError):
        Outlet(outlet).send(Ready())
    os.close(outlet)


def test_a_message_beyond_all_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LARGEST", 10)
    with pytest.raises(ValueError, match="at most 10"):
        packed(Done(1, b"x" * 20))
