"""Our own protocol over real WebSockets to a real server."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copy
from typing import Any, cast

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fakes import CUSTOMER, says
from huiting.audio.arriving import Encoding
from huiting.core.errors import Conflict, StoreError, TooMany
from huiting.core.types import Role
from huiting.live.updates import Final
from huiting.service.live.calls import Live
from huiting.service.troubles import Leaving
from huiting.web.live.pipe import Pipe
from huiting.web.live.terms import Terms
from huiting.web.patience import Patient
from huiting.web.server import build
from live_service import wait_for
from running import listening
from served import PEOPLE, serving
from speaking import RECORDING, STEP, ScriptedLine, ScriptedLive

LONG = 400.0
"""Seconds; no test waits for them to pass."""
CALM = Terms(first=LONG, idle=LONG, frame=64 << 10)
OPEN: dict[str, Any] = {
    "type": "open",
    "rate": 8000,
    "roles": ["agent", "customer"],
    "encoding": "mulaw",
}


@dataclass
class Site:
    """A server whose live calls hear a script."""

    url: str
    live: ScriptedLive


@contextmanager
def site(folder: Path, empty: Path, terms: Terms = CALM) -> Iterator[Site]:
    copy(empty, folder / "calls.db")
    live = ScriptedLive()
    with serving(folder) as served:
        parts = replace(served.parts, live=cast("Live", live), live_terms=terms)
        with listening(build(parts), ws_ping_interval=None) as url:
            yield Site(url.replace("http", "ws"), live)


@pytest.fixture
def calls(tmp_path: Path, empty: Path) -> Iterator[Site]:
    with site(tmp_path, empty) as made:
        yield made


def talk(
    calls: Site,
    work: Callable[[ClientConnection], Awaitable[Any]],
    *,
    name: str = "root",
    **options: Any,  # noqa: ANN401  (those of the client)
) -> Any:  # noqa: ANN401  (what the work returns)
    """Connect as somebody, and work."""

    async def run() -> Any:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {name}"} | options.pop("headers", {})
        async with joined(calls, additional_headers=headers, **options) as socket:
            return await work(socket)

    return asyncio.run(asyncio.wait_for(run(), LONG))


def joined(calls: Site, **options: Any) -> Any:  # noqa: ANN401  (a connection to be entered)
    address = f"{calls.url}/api/v1/live"
    return connect(address, open_timeout=LONG, ping_interval=None, **options)


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  (nothing tells of it)
        await asyncio.sleep(0.01)


async def say(socket: ClientConnection, message: dict[str, Any]) -> None:
    await socket.send(json.dumps(message))


async def opened(socket: ClientConnection, message: dict[str, Any] = OPEN) -> dict[str, Any]:
    await say(socket, message)
    return cast("dict[str, Any]", json.loads(await socket.recv()))


async def rest(socket: ClientConnection) -> tuple[list[dict[str, Any]], int]:
    """Return all that follows, and the close code."""
    found: list[dict[str, Any]] = []
    try:
        while True:
            found.append(json.loads(await socket.recv()))
    except ConnectionClosed as closed:
        return found, closed.rcvd.code if closed.rcvd else 0


async def event(socket: ClientConnection) -> dict[str, Any]:
    """Return the next message that tells what happens; how much is safe is told at any time."""
    while (message := json.loads(await socket.recv()))["type"] != "event":
        pass
    return cast("dict[str, Any]", message)


def types(messages: list[dict[str, Any]]) -> list[str]:
    return [m["event"]["type"] for m in messages if m["type"] == "event"]


def lasting(messages: list[dict[str, Any]]) -> list[str]:
    """Return what was told but for partials, of which any may be left out."""
    return [kind for kind in types(messages) if kind != "partial"]


def test_a_call_is_opened_spoken_in_and_finished(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        first = await opened(socket)
        for _ in range(len(calls.live.script)):
            await socket.send(bytes(STEP))
        await say(socket, {"type": "finish"})
        return first, *await rest(socket)

    first, messages, code = talk(calls, work)

    assert first == {
        "type": "opened", "id": "live1", "key": "key-live1", "received": 0, "after": 0,
    }  # fmt: skip
    assert lasting(messages) == ["final", "pulse", "cue", "ended"]
    assert [m["number"] for m in messages if m["type"] == "event"] == sorted(
        m["number"] for m in messages if m["type"] == "event"
    )
    assert messages[-1]["event"]["recording"] == RECORDING
    assert code == 1000
    opening = calls.live.last.opening
    assert opening.roles == (Role.AGENT, Role.CUSTOMER)
    assert opening.encoding is Encoding.MULAW
    assert opening.rate == 8000


@pytest.mark.parametrize("size", [1, 7, 160, 161, 999, 12_345], ids=lambda size: f"{size} bytes")
def test_frames_may_have_any_size(calls: Site, size: int) -> None:
    audio = bytes(i % 251 for i in range(12_345 if size > 7 else 700))

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        for at in range(0, len(audio), size):
            await socket.send(audio[at : at + size])
        await say(socket, {"type": "finish"})
        return await rest(socket)

    _, code = talk(calls, work)

    assert code == 1000
    assert bytes(calls.live.last.audio) == audio


def test_it_is_told_how_much_is_safe(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        await socket.send(bytes(1200))
        while (message := json.loads(await socket.recv()))["type"] != "received":
            pass
        return message["bytes"]

    assert talk(calls, work) == 1200


def test_whoever_was_cut_off_goes_on_in_the_same_call(calls: Site) -> None:
    async def begin(socket: ClientConnection) -> Any:  # noqa: ANN401
        first = await opened(socket)
        await socket.send(bytes(STEP))
        return first, (await event(socket))["number"]

    async def go_on(socket: ClientConnection) -> Any:  # noqa: ANN401
        again = await opened(socket, {"type": "resume", "key": first["key"], "after": number})
        await socket.send(bytes(2 * STEP))
        await say(socket, {"type": "finish"})
        return again, *await rest(socket)

    first, number = talk(calls, begin)
    again, messages, code = talk(calls, go_on)

    assert again["id"] == first["id"]
    assert again["received"] == STEP
    assert again["after"] == number
    assert all(m["number"] > number for m in messages if m["type"] == "event")
    assert len(calls.live.last.audio) == 3 * STEP
    assert code == 1000


def test_nobody_goes_on_with_the_call_of_another(calls: Site) -> None:
    async def begin(socket: ClientConnection) -> Any:  # noqa: ANN401
        return (await opened(socket))["key"]

    key = talk(calls, begin)

    async def go_on(socket: ClientConnection) -> Any:  # noqa: ANN401
        await say(socket, {"type": "resume", "key": key})
        return await rest(socket)

    messages, code = talk(calls, go_on, name="other")

    assert messages[0]["code"] == "unknown"
    assert code == 4404


def test_an_old_line_is_told_that_the_call_goes_on_elsewhere(calls: Site) -> None:
    calls.live.broken = Conflict("call", "it goes on over another line", "use that one")

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        await socket.send(bytes(10))
        return await rest(socket)

    messages, code = talk(calls, work)

    assert messages[-1]["type"] == "error"
    assert code == 4409


def test_the_end_of_a_call_without_room_is_waited_for(calls: Site) -> None:
    calls.live.broken = StoreError("disk", "it is full", "make room")

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        await socket.send(bytes(10))
        await until(lambda: calls.live.last.refused)
        ScriptedLine(calls.live.last).finish()
        return await rest(socket)

    messages, code = talk(calls, work)

    assert types(messages)[-1] == "ended"
    assert code == 1000


def test_who_vanishes_is_away_and_what_they_sent_is_kept(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        for _ in range(50):
            await socket.send(bytes(1000))
        socket.transport.abort()

    talk(calls, work)

    wait_for(lambda: calls.live.last.state == "gone")
    assert len(calls.live.last.audio) % 1000 == 0


@pytest.mark.parametrize(
    "message",
    [
        "", "no JSON", "[]", "{}", '{"type": "sing"}', '{"type": "finish"}', '{"type": "ping"}',
        '{"type": "resume"}', '{"type": "open", "rate": "fast"}', '{"type": "open", "song": 1}',
        '{"type": "open", "channels": 1, "roles": ["agent", "customer"]}', b"RIFF", b"\xff\xfe",
        '{"type": "open", "roles": []}', '{"type": "open", "encoding": "mp3"}', "[" * 10_000,
        '{"type": "open", "name": "' + "a" * 70_000 + '"}',
    ],
    ids=lambda message: str(message[:40]) or "nothing",
)  # fmt: skip
def test_garbage_is_refused_with_a_reason(calls: Site, message: str | bytes) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await socket.send(message)
        return await rest(socket)

    messages, code = talk(calls, work)

    if len(message) > CALM.frame:
        assert code in (1003, 1009)
    else:
        assert code in (1003, 4422)
        assert messages[0]["type"] == "error"
        assert messages[0]["code"] == "input"
    assert calls.live.calls == {}


def test_a_rate_that_is_not_taken_is_told(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await say(socket, OPEN | {"rate": 4000})
        return await rest(socket)

    messages, code = talk(calls, work)

    assert messages[0]["subject"].startswith("rate")
    assert code == 4422


@pytest.mark.parametrize(
    "message",
    [json.dumps(OPEN), "garbage", '{"type": "resume", "key": "a"}', bytes(70 << 10)],
    ids=["open again", "no JSON", "resume", "too large"],
)
def test_garbage_in_a_call_cuts_it_off_and_keeps_it(calls: Site, message: str | bytes) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        await socket.send(bytes(500))
        await socket.send(message)
        return await rest(socket)

    messages, code = talk(calls, work)

    assert messages[-1]["code"] == "input"
    assert code == 1003
    assert calls.live.last.state == "gone"
    assert len(calls.live.last.audio) == 500


@pytest.mark.parametrize("begin", [False, True], ids=["before it opens a call", "in a call"])
def test_who_says_nothing_is_cut_off(
    tmp_path: Path,
    empty: Path,
    begin: bool,  # noqa: FBT001
) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        if begin:
            await opened(socket)
        return await rest(socket)

    terms = replace(CALM, idle=0.3) if begin else replace(CALM, first=0.3)
    with site(tmp_path, empty, terms) as calls:
        _, code = talk(calls, work)

        assert code == 4408
        assert not begin or calls.live.last.state == "gone"


def test_who_only_says_that_they_are_there_stays(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        for _ in range(5):
            await say(socket, {"type": "ping"})
        await say(socket, {"type": "finish"})
        return await rest(socket)

    assert talk(calls, work)[1] == 1000


def test_too_many_calls_are_refused_with_how_long_to_wait(calls: Site) -> None:
    calls.live.refusal = TooMany("live calls", "as many run as may", "wait for one to end", 5.0)

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await say(socket, OPEN)
        return await rest(socket)

    messages, code = talk(calls, work, headers={"Accept-Language": "zh"})

    assert messages[0]["wait"] == 5.0
    assert code == 4429


def test_who_opens_a_call_as_the_service_ends_is_cut_off_as_all_others_are(calls: Site) -> None:
    calls.live.refusal = Leaving("live calls", "cannot be used now", "try again in a moment")

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await say(socket, OPEN)
        return await rest(socket)

    assert talk(calls, work) == ([], 1012)


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [
        ("nobody", 4401, "unauthenticated"),
        ("viewer", 4403, "forbidden"),
        ("lead", 4403, "forbidden"),
    ],
    ids=["unknown", "a viewer", "who only watches"],
)
def test_who_may_not_speak_is_told_and_cut_off(calls: Site, name: str, code: int, why: str) -> None:
    messages, closed = talk(calls, rest, name=name)

    assert [m["code"] for m in messages] == [why]
    assert closed == code
    assert calls.live.calls == {}


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://[", "http://127.0.0.1:1"],
)
def test_another_sites_page_is_not_talked_to(calls: Site, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        talk(calls, rest, origin=origin)

    assert refused.value.response.status_code == 403


def test_our_own_page_is(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        return (await opened(socket))["type"]

    assert talk(calls, work, origin=calls.url.replace("ws", "http")) == "opened"


def test_a_cookie_alone_does_not_do_without_a_page_of_ours(calls: Site) -> None:
    async def run() -> Any:  # noqa: ANN401
        async with joined(calls, additional_headers={"Cookie": "huiting=root"}) as socket:
            return await rest(socket)

    messages, code = asyncio.run(asyncio.wait_for(run(), LONG))

    assert messages[0]["code"] == "forbidden"
    assert code == 4403


def test_whose_permission_ends_is_cut_off_in_the_call(
    tmp_path: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PEOPLE, "leaving", PEOPLE["root"])

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        monkeypatch.delitem(PEOPLE, "leaving")
        return await rest(socket)

    with site(tmp_path, empty, replace(CALM, again=0.1)) as calls:
        messages, code = talk(calls, work, name="leaving")

    assert messages[-1]["code"] == "unauthenticated"
    assert code == 4401
    assert calls.live.last.state == "gone"


def test_several_speak_at_once_and_hear_only_their_own(calls: Site) -> None:
    async def one(number: int) -> tuple[str, bytes]:
        headers = {"Authorization": "Bearer root"}
        async with joined(calls, additional_headers=headers) as socket:
            first = await opened(socket, OPEN | {"name": f"call {number}"})
            for _ in range(20):
                await socket.send(bytes([number]) * 320)
                await asyncio.sleep(0)
            await say(socket, {"type": "finish"})
            await rest(socket)
            return first["id"], bytes([number]) * 6400

    async def all_of() -> list[tuple[str, bytes]]:
        return await asyncio.gather(*(one(number) for number in range(1, 7)))

    for name, audio in asyncio.run(asyncio.wait_for(all_of(), LONG)):
        assert bytes(calls.live.calls[name].audio) == audio


def test_a_connection_outlives_the_patience_with_heads_of_requests(
    tmp_path: Path, empty: Path
) -> None:
    """The protocol that cuts off who is slow to ask lets go of what became a WebSocket."""
    made: list[Patient] = []
    waited: list[bool] = []

    class Known(Patient):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            made.append(self)
            waited.append(self._alarm is not None)

    copy(empty, tmp_path / "calls.db")
    live = ScriptedLive()
    with serving(tmp_path) as served:
        app = build(replace(served.parts, live=cast("Live", live)))
        with listening(app, http=Known, ws_max_size=1000) as url:
            calls = Site(url.replace("http", "ws"), live)

            async def patient(socket: ClientConnection) -> Any:  # noqa: ANN401
                await opened(socket)
                alarms = [one._alarm for one in made]
                await say(socket, {"type": "finish"})
                return alarms, *await rest(socket)

            async def large(socket: ClientConnection) -> Any:  # noqa: ANN401
                await opened(socket)
                await socket.send(bytes(1001))
                return await rest(socket)

            alarms, _, code = talk(calls, patient)

            assert (waited, alarms, code) == ([True], [None], 1000)
            assert talk(calls, large)[1] == 1009


def test_who_does_not_read_holds_up_no_audio(calls: Site) -> None:
    said = tuple(
        Final(n, (says(CUSTOMER, n, n + 1, "说" * 1000, channel=0),)) for n in range(2_000)
    )

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        call = calls.live.last
        await asyncio.to_thread(call.log.add, said)
        for _ in range(100):
            await socket.send(bytes(1000))
        await until(lambda: len(call.audio) == 100_000)
        await say(socket, {"type": "finish"})
        return await rest(socket)

    messages, code = talk(calls, work)

    assert types(messages)[-1] == "ended"
    assert types(messages).count("final") >= 2_000
    assert code == 1000


def test_an_error_nobody_foresaw_cuts_off_and_keeps_the_call(
    calls: Site, caplog: pytest.LogCaptureFixture
) -> None:
    calls.live.broken = RuntimeError("我的电话是13800138000")

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket)
        await socket.send(bytes(10))
        return await rest(socket)

    _, code = talk(calls, work)

    assert code == 1011
    assert calls.live.last.state == "gone"
    assert any(record.message == "a live connection failed" for record in caplog.records)


def test_who_goes_away_at_once_leaves_nothing(calls: Site) -> None:
    async def work(socket: ClientConnection) -> None:
        await socket.close()

    talk(calls, work)

    assert calls.live.calls == {}


def test_a_connection_is_logged_without_what_was_said(
    calls: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="huiting")

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await opened(socket, OPEN | {"metadata": {"phone": "13800138000"}})
        await socket.send(bytes(6 * STEP))
        await say(socket, {"type": "finish"})
        return await rest(socket)

    def written() -> list[dict[str, Any]]:
        return [one.__dict__ for one in caplog.records if one.getMessage() == "live connection"]

    talk(calls, work)
    wait_for(written)  # the other side knows first that the connection is closed
    told = written()

    assert [one["status"] for one in told] == [1000]
    assert told[0]["principal"] == "user:root"
    assert "13800138000" not in str(told)
    assert "退货" not in str(told)


def test_a_pipe_that_is_full_makes_who_brings_wait() -> None:
    async def run() -> list[object]:
        pipe = Pipe(most=4)
        await pipe.put(b"12345")
        bringing = asyncio.create_task(pipe.put(b"6"))
        await asyncio.sleep(0)
        waiting = not bringing.done()
        first = await pipe.take()
        await bringing
        pipe.close()
        return [waiting, first, await pipe.take(), await pipe.take()]

    assert asyncio.run(run()) == [True, b"12345", b"6", b""]
