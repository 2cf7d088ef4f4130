"""Clients of FunASR's runtime, by the messages that they send, over real WebSockets."""

import asyncio
import json
import random
import tempfile
import wave
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from shutil import copy
from typing import Any, cast

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from huiting.access.addresses import networks
from huiting.core.errors import TooMany
from huiting.service.live.calls import Live
from huiting.service.live.limits import Limits
from huiting.service.live.seats import Seats
from huiting.service.troubles import Leaving
from huiting.vault.folder import Folder
from huiting.web.live import whole_file
from huiting.web.live.terms import Terms
from huiting.web.security import Rules
from huiting.web.server import build
from live_service import wait_for
from running import Ears, listening, spoken, working
from served import PEOPLE, USUAL, Served, serving
from speaking import STEP, ScriptedLive

LONG = 400.0
"""Seconds; no test waits for them to pass."""
CALM = Terms(first=LONG, idle=LONG, frame=300_000)
FIRST: dict[str, Any] = {
    "mode": "2pass", "chunk_size": [5, 10, 5], "chunk_interval": 10, "wav_name": "demo",
    "is_speaking": True, "hotwords": '{"退货": 20}', "itn": True, "wav_format": "pcm",
    "audio_fs": 8000,
}  # fmt: skip


@dataclass
class Site:
    """A server whose live calls hear a script, and whose ears hear one and the same call."""

    url: str
    live: ScriptedLive
    served: Served
    ears: Ears


@contextmanager
def site(folder: Path, empty: Path, terms: Terms) -> Iterator[Site]:
    copy(empty, folder / "calls.db")
    live, ears = ScriptedLive(), Ears(spoken())
    ears.silence.set()
    with serving(folder, replace(USUAL, answer=LONG)) as served, working(served, ears):
        parts = replace(served.parts, live=cast("Live", live), live_terms=terms)
        with listening(build(parts), ws_ping_interval=None) as url:
            yield Site(url.replace("http", "ws"), live, served, ears)


@pytest.fixture
def calls(tmp_path: Path, empty: Path) -> Iterator[Site]:
    with site(tmp_path, empty, CALM) as made:
        yield made


def talk(
    calls: Site,
    work: Callable[[ClientConnection], Awaitable[Any]],
    *,
    path: str = "/",
    name: str | None = "root",
    **options: Any,  # noqa: ANN401  (those of the client)
) -> Any:  # noqa: ANN401  (what the work returns)
    """Connect as FunASR's client in Python does, and work."""

    async def run() -> Any:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {name}"} if name else {}
        async with connect(
            calls.url + path,
            subprotocols=[Subprotocol("binary")],
            ping_interval=None,
            open_timeout=LONG,
            additional_headers=headers,
            **options,
        ) as socket:
            return await work(socket)

    return asyncio.run(asyncio.wait_for(run(), LONG))


def beside(calls: Site) -> Any:  # noqa: ANN401  (a connection to be entered)
    headers = {"Authorization": "Bearer root"}
    return connect(
        calls.url,
        subprotocols=[Subprotocol("binary")],
        additional_headers=headers,
        ping_interval=None,
        open_timeout=LONG,
    )


def contents(folder: Path) -> list[bytes]:
    """Return what stands in the open files of a folder, in those without a name too."""
    found = []
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if str(handle.readlink()).startswith(str(folder)):
                found.append(handle.read_bytes())
    return found


def held(folder: Path) -> int:
    """Return how many files of a folder are open, those without a name too."""
    return len(contents(folder))


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  (nothing tells of it)
        await asyncio.sleep(0.01)


async def rest(socket: ClientConnection) -> tuple[list[dict[str, Any]], int]:
    found: list[dict[str, Any]] = []
    try:
        while True:
            found.append(json.loads(await socket.recv()))
    except ConnectionClosed as closed:
        return found, closed.rcvd.code if closed.rcvd else 0


async def until_final(socket: ClientConnection) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while not found or not found[-1]["is_final"]:
        found.append(json.loads(await socket.recv()))
    return found


async def stream(socket: ClientConnection, audio: bytes, **more: Any) -> None:  # noqa: ANN401
    """Send audio in strides of 60 ms, and its end."""
    await socket.send(json.dumps(FIRST | more, ensure_ascii=False))
    for at in range(0, len(audio), 960):
        await socket.send(audio[at : at + 960])
        await asyncio.sleep(0)
    await socket.send(json.dumps({"is_speaking": False}))


def test_two_passes(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, bytes(6 * STEP))
        return socket.subprotocol, await until_final(socket)

    protocol, messages = talk(calls, work)

    assert protocol == "binary"
    assert {m["mode"] for m in messages} <= {"2pass-online", "2pass-offline"}
    assert [m["text"] for m in messages if m["mode"] == "2pass-offline"] == ["我要退货。", ""]
    assert [m["is_final"] for m in messages].count(True) == 1
    assert {m["wav_name"] for m in messages} == {"demo"}
    opening = calls.live.last.opening
    assert (opening.rate, opening.hotwords, opening.name) == (8000, ("退货",), "demo")
    assert len(calls.live.last.audio) == 6 * STEP


def test_one_pass(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, bytes(6 * STEP), mode="online")
        return await until_final(socket)

    messages = talk(calls, work)

    assert "".join(m["text"] for m in messages) == "我要退货。"
    assert {m["mode"] for m in messages} == {"online"}


@pytest.mark.parametrize("kind", ["pcm", "wav", "PCM"])
def test_whole_audio_is_answered_once_however_it_is_called(calls: Site, kind: str) -> None:
    audio = BytesIO()
    with wave.open(audio, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframesraw(bytes(16_000))
    sent = bytes(16_000) if kind == "pcm" else audio.getvalue()

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, sent, mode="offline", wav_format=kind)
        return await until_final(socket)

    (message,) = talk(calls, work)

    assert message["mode"] == "offline"
    assert message["text"] == "您好，请讲。我要退货，电话13800138000。好的。"
    (asked,) = calls.ears.asked
    kept = Folder(calls.served.folder / "recordings").path(Path(asked.path).name)
    assert kept.read_bytes() == audio.getvalue()
    assert calls.live.calls == {}


def test_who_says_no_mode_gets_one_answer_to_each_stretch(calls: Site) -> None:
    """The offline client in C++: with the first message after its last stretch it hangs up."""
    audio = BytesIO()
    with wave.open(audio, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframesraw(bytes(8_000))
    first = {key: value for key, value in FIRST.items() if key != "mode"}

    async def work(socket: ClientConnection) -> list[dict[str, Any]]:
        answers = []
        for kind, sent in (("pcm", bytes(16_000)), ("others", audio.getvalue())):
            await socket.send(json.dumps(first | {"wav_name": kind, "wav_format": kind}))
            await socket.send(sent)
            await socket.send(json.dumps({"is_speaking": False}))
            answers.append(json.loads(await socket.recv()))
        await socket.close(1001)
        return answers

    answers = talk(calls, work)

    assert [m["wav_name"] for m in answers] == ["pcm", "others"]
    assert {m["text"] for m in answers} == {"您好，请讲。我要退货，电话13800138000。好的。"}
    assert calls.live.calls == {}


def test_whole_audio_that_is_none_is_told(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, b"noise" * 100, mode="offline", wav_format="mp3")
        return await rest(socket)

    messages, code = talk(calls, work)

    assert messages[-1]["is_final"] is True
    assert "no audio" in messages[-1]["error"]
    assert code == 1003


def test_too_much_at_once_is_refused(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await socket.send(json.dumps(FIRST))
        await socket.send(bytes(300_001))
        return await rest(socket)

    messages, code = talk(calls, work)

    assert "too large" in messages[-1]["error"]
    assert code == 1009


def test_one_stretch_follows_another_over_one_connection(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, bytes(6 * STEP), wav_name="first")
        one = await until_final(socket)
        await stream(socket, bytes(6 * STEP), wav_name="second")
        return one, await until_final(socket)

    one, two = talk(calls, work)

    assert {m["wav_name"] for m in one} == {"first"}
    assert {m["wav_name"] for m in two} == {"second"}
    assert len(calls.live.calls) == 2


def test_who_may_speak_no_more_begins_no_further_stretch(
    calls: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, bytes(6 * STEP))
        await until_final(socket)
        monkeypatch.delitem(PEOPLE, "root")  # their token is revoked
        with suppress(ConnectionClosed):
            await stream(socket, bytes(6 * STEP))
        return await rest(socket)

    messages, code = talk(calls, work)

    assert messages[-1]["is_final"] is True
    assert code == 4401
    assert len(calls.live.calls) == 1


def test_who_waits_for_the_end_is_told_of_it(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await socket.send(json.dumps(FIRST))
        await socket.send(bytes(STEP))
        await socket.send('{"is_speaking": false, "is_end": true}')
        return await until_final(socket)

    assert talk(calls, work)[-1]["is_end"] is True


@pytest.mark.parametrize("mode", ["2pass", "offline"])
def test_audio_without_a_sample_is_answered(calls: Site, mode: str) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, b"", mode=mode)
        return await until_final(socket)

    (message,) = talk(calls, work)

    assert message["text"] == ""
    assert calls.live.calls == {}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("hello", 1003), ("[]", 1003), ('{"mode": "3pass"}', 1003), ('{"audio_fs": "x"}', 1003),
        ("[" * 5_000, 1003),
    ],
    ids=["no JSON", "a list", "a mode", "a rate", "deep"],
)  # fmt: skip
def test_garbage_is_refused_with_a_reason(calls: Site, message: str, code: int) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await socket.send(message)
        return await rest(socket)

    messages, closed = talk(calls, work)

    assert messages[-1]["error"]
    assert closed == code


def test_a_file_is_not_heard_live(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await socket.send(json.dumps(FIRST | {"wav_format": "mp3"}))
        await socket.send(b"ID3")
        return await rest(socket)

    messages, code = talk(calls, work)

    assert "mode offline" in messages[-1]["error"]
    assert code == 1003


def test_garbage_between_the_audio_keeps_what_came(calls: Site) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await socket.send(json.dumps(FIRST))
        await socket.send(bytes(500))
        await socket.send("garbage")
        return await rest(socket)

    _, code = talk(calls, work)

    assert code == 1003
    assert calls.live.last.state == "gone"
    assert len(calls.live.last.audio) == 500


@pytest.mark.parametrize("begin", [False, True], ids=["before it sends audio", "in a call"])
def test_who_says_nothing_is_cut_off(
    tmp_path: Path,
    empty: Path,
    begin: bool,  # noqa: FBT001
) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        if begin:
            await socket.send(json.dumps(FIRST))
            with suppress(ConnectionClosed):  # on a slow machine it is late already
                await socket.send(bytes(500))
        return await rest(socket)

    with site(
        tmp_path, empty, replace(CALM, idle=0.3) if begin else replace(CALM, first=0.3)
    ) as calls:
        assert talk(calls, work)[1] == 4408


def test_too_many_calls_are_refused(calls: Site) -> None:
    calls.live.refusal = TooMany("live calls", "as many run as may", "wait for one to end")

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, bytes(100))
        return await rest(socket)

    messages, code = talk(calls, work)

    assert "as many run as may" in messages[-1]["error"]
    assert code == 4429


def test_who_begins_as_the_service_ends_is_cut_off_as_all_others_are(calls: Site) -> None:
    calls.live.refusal = Leaving("live calls", "cannot be used now", "try again in a moment")

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, bytes(100))
        return await rest(socket)

    assert talk(calls, work) == ([], 1012)


@pytest.mark.parametrize(
    ("path", "name", "code"),
    [
        ("/", None, 4401), ("/", "nobody", 4401), ("/", "viewer", 4403),
        ("/?token=nobody", None, 4401), ("/?token=root", None, 1000), ("/", "root", 1000),
    ],
    ids=["nothing", "an unknown token", "a viewer", "an unknown token in the address",
         "a token in the address", "a token in a header"],
)  # fmt: skip
def test_who_may_speak(calls: Site, path: str, name: str | None, code: int) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        try:
            await stream(socket, bytes(100))
            await until_final(socket)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0
        await socket.close()
        return 1000

    def outcome() -> int:
        found = talk(calls, work, path=path, name=name)
        return int(found)

    if code == 1000:
        assert outcome() == code
    else:
        messages, closed = talk(calls, rest, path=path, name=name)
        assert messages[-1]["is_final"] is True
        assert closed == code


def test_a_trusted_network_needs_no_token(tmp_path: Path, empty: Path) -> None:
    trusted = ((networks(["127.0.0.1"])[0], "root"),)
    with site(tmp_path, empty, replace(CALM, trusted=trusted)) as calls:

        async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
            await stream(socket, bytes(100))
            return await until_final(socket)

        talk(calls, work, name=None)

        assert calls.live.last.owner.name == "root"


@pytest.mark.parametrize(
    ("page", "code"),
    [(None, 4401), ("https://demo.example", 1000)],
    ids=["whose name leads here", "that is known"],
)
def test_of_a_page_in_a_trusted_network(
    tmp_path: Path, empty: Path, page: str | None, code: int
) -> None:
    trusted, known = ((networks(["127.0.0.1"])[0], "root"),), frozenset({"https://demo.example"})
    terms = replace(CALM, trusted=trusted, origins=known)

    async def work(socket: ClientConnection) -> int:
        with suppress(ConnectionClosed):
            await stream(socket, bytes(100))
            told = await until_final(socket)
            if "error" not in told[-1]:  # else the server closes it, with its own code
                await socket.close()
        await socket.wait_closed()
        return int(socket.close_code or 0)

    with site(tmp_path, empty, terms) as calls:
        parts = replace(calls.served.parts, live=cast("Live", calls.live), live_terms=terms)
        with listening(build(parts, Rules(origins=known))) as url:
            there = replace(calls, url=url.replace("http", "ws"))

            assert talk(there, work, name=None, origin=page or url) == code


def test_a_trusted_network_is_not_trusted_where_a_token_is_shown(
    tmp_path: Path, empty: Path
) -> None:
    trusted = ((networks(["127.0.0.0/8"])[0], "root"),)
    with site(tmp_path, empty, replace(CALM, trusted=trusted)) as calls:
        assert talk(calls, rest, name="viewer")[1] == 4403


def test_another_sites_page_is_not_talked_to(calls: Site) -> None:
    with pytest.raises(InvalidStatus):
        talk(calls, rest, origin="https://evil.example")


def test_nothing_hangs_when_clients_vanish(calls: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="huiting")

    async def work(socket: ClientConnection) -> None:
        await socket.send(json.dumps(FIRST | {"mode": "offline"}))
        await socket.send(bytes(5000))
        socket.transport.abort()

    for _ in range(3):
        talk(calls, work)
    wait_for(lambda: caplog.messages.count("live connection") == 3)  # as they end

    assert not calls.live.seats._taken
    assert calls.ears.asked == []


@pytest.mark.parametrize("mode", ["2pass", "offline"])
@pytest.mark.parametrize(
    ("limits", "why"),
    [(Limits(calls=2), "live calls: 2 run"), (Limits(own=2), "live calls of this user: 2 run")],
    ids=["in total", "of one user"],
)
def test_connections_count_as_calls_whatever_they_send(
    calls: Site, mode: str, limits: Limits, why: str
) -> None:
    calls.live.seats = Seats(limits)

    async def work(first: ClientConnection) -> Any:  # noqa: ANN401
        await first.send(json.dumps(FIRST | {"mode": "offline"}))
        await first.send(bytes(100))
        await until(lambda: calls.live.seats._taken)  # nothing else tells that it has its place
        async with beside(calls) as second, beside(calls) as third:
            await stream(second, bytes(STEP))
            one = await until_final(second)
            await third.send(json.dumps(FIRST | {"mode": mode, "wav_name": "third"}))
            refused = await rest(third)
            await stream(second, bytes(STEP))  # its place is still its own
            return one, refused, await until_final(second)

    one, (messages, code), again = talk(calls, work)

    assert one[-1]["is_final"] is again[-1]["is_final"] is True
    assert "error" not in one[-1] | again[-1]
    assert (messages[-1]["wav_name"], messages[-1]["is_final"], code) == ("third", True, 4429)
    assert messages[-1]["mode"] == ("2pass-offline" if mode == "2pass" else "offline")
    assert why in messages[-1]["error"]
    assert len(calls.live.calls) == 2


@pytest.mark.parametrize("how", ["vanishes", "sends garbage", "sends too much"])
def test_of_a_file_that_does_not_come_whole_nothing_is_left(
    calls: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    calls.live.seats = Seats(Limits(calls=1))
    open_then: list[int] = []

    async def work(socket: ClientConnection) -> None:
        await socket.send(json.dumps(FIRST | {"mode": "offline"}))
        for _ in range(40):
            await socket.send(bytes(300_000))
        await until(lambda: held(folder))
        open_then.append(held(folder))
        if how == "vanishes":
            socket.transport.abort()
        else:
            await socket.send("garbage" if how == "sends garbage" else bytes(300_001))
            await rest(socket)

    async def after(socket: ClientConnection) -> Any:  # noqa: ANN401
        await until(lambda: not held(folder) and not calls.live.seats._taken)
        await stream(socket, bytes(STEP))
        return await until_final(socket)

    talk(calls, work)

    assert talk(calls, after)[-1]["is_final"] is True  # the place is free, too
    assert open_then == [1]
    assert list(folder.iterdir()) == []
    assert calls.ears.asked == []


def test_what_came_of_a_whole_file_lies_on_the_disk_sealed(
    calls: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(whole_file, "KEPT", 10_000)
    audio = random.Random(7).randbytes(400_000)
    lay: list[bytes] = []

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await socket.send(json.dumps(FIRST | {"mode": "offline"}))
        for at in range(0, len(audio), 1920):
            await socket.send(audio[at : at + 1920])
        await until(lambda: sum(map(len, contents(folder))) > 300_000)
        lay.extend(contents(folder))
        await socket.send(json.dumps({"is_speaking": False}))
        return await until_final(socket)

    (message,) = talk(calls, work)
    (asked,) = calls.ears.asked
    kept = Folder(calls.served.folder / "recordings").path(Path(asked.path).name)

    assert "error" not in message
    assert kept.read_bytes()[44:] == audio
    assert not any(audio[at : at + 12] in b"".join(lay) for at in range(0, len(audio) - 12, 100))
    assert not held(folder)


@pytest.mark.parametrize("rate", [0, -1, 10**12], ids=["none", "negative", "too high"])
def test_samples_of_no_rate_are_refused(calls: Site, rate: int) -> None:
    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await stream(socket, bytes(100), mode="offline", audio_fs=rate)
        return await rest(socket)

    messages, code = talk(calls, work)

    assert f"rate {rate}" in messages[-1]["error"]
    assert code == 1003


def test_a_full_disk_is_told(calls: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setattr(whole_file, "KEPT", 2)

    async def work(socket: ClientConnection) -> Any:  # noqa: ANN401
        await socket.send(json.dumps(FIRST | {"mode": "offline", "wav_format": "mp3"}))
        await socket.send(b"ID3")
        return await rest(socket)

    messages, code = talk(calls, work)

    assert "No space left" in messages[-1]["error"]
    assert code == 4503


def test_models_are_loaded_when_a_client_connects(calls: Site) -> None:
    async def work(socket: ClientConnection) -> None:
        await until(lambda: calls.live.prepared)
        await socket.close()

    talk(calls, work)

    assert calls.live.calls == {}
