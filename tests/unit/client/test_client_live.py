"""Live calls by the client: over real WebSockets, to the real service, with lines that are cut."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from ssl import CERT_NONE, CERT_REQUIRED, create_default_context

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from huiting.client import Client, Opening, Refused, Talk, Terms, Unavailable, Unreachable
from huiting.client.errors import Unreadable
from huiting.client.live import _context
from huiting.client.shapes.live import Cue, Ended, Final, Partial, Pulse, Told
from huiting.core.types import Role
from huiting.service.live.limits import Limits
from huiting.web.server import build
from live_service import PATIENCE, Place, With, live_in, pcm, wait_for, wav
from running import listening
from served import serving
from tones import SENTENCES, speak

GREETS, WANTS, WILL, THANKS = (SENTENCES[f] for f in (400, 500, 600, 700))
CALL = pcm(
    speak(9.0, (0.5, 2.0, 400), (5.0, 6.0, 600)), speak(9.0, (3.0, 4.2, 500), (7.0, 8.0, 700))
)
PATIENT = Terms(unredacted=True, timeout=PATIENCE, connect=PATIENCE)
BOTH = Opening(roles=(Role.AGENT, Role.CUSTOMER), metadata={"agent": "8001"}, language="zh")


@dataclass
class Site:
    """A service with live calls, and a client of it."""

    client: Client
    place: Place
    url: str


@contextmanager
def site(folder: Path, how: With | None = None) -> Iterator[Site]:
    with serving(folder) as served, live_in(folder / "there", how) as place:
        parts = replace(served.parts, live=place.live)
        with listening(build(parts)) as url, Client(url, "root", PATIENT) as client:
            yield Site(client, place, url)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "there").mkdir()
    with site(tmp_path) as made:
        yield made


def cut(talk: Talk) -> None:
    """Cut the line as a network does."""
    talk._socket.socket.shutdown(socket.SHUT_RDWR)


def say(talk: Talk, data: bytes = CALL, *, cuts: tuple[int, ...] = ()) -> None:
    for at in range(0, len(data), 6_400):
        if at // 6_400 in cuts:
            cut(talk)
        talk.feed(data[at : at + 6_400])


def said(told: list[Told]) -> list[str]:
    finals = [one.update for one in told if isinstance(one.update, Final)]
    segments = sorted((s for final in finals for s in final.segments), key=lambda s: s.span)
    return [segment.text for segment in segments]


def test_a_call_is_spoken_heard_and_kept(there: Site) -> None:
    with there.client.live.open(BOTH) as talk:
        say(talk)
        [running] = there.client.live.list()
        talk.finish()
        told = list(talk.updates())

    ended = told[-1].update
    assert isinstance(ended, Ended)
    assert said(told) == [GREETS, WANTS, WILL, THANKS]
    assert Pulse in {type(one.update) for one in told}
    assert (ended.why, ended.duration) == ("finished", 9.0)
    assert there.place.bytes_of(ended.recording) == wav(CALL)
    assert (running.id, running.metadata, running.roles) == (
        talk.id, {"agent": "8001"}, (Role.AGENT, Role.CUSTOMER),
    )  # fmt: skip
    assert there.client.live.get(talk.id).seconds == 9.0


def test_while_somebody_speaks_it_is_told_as_far_as_it_goes(there: Site) -> None:
    with there.client.live.open(BOTH) as talk:
        say(talk, pcm(speak(3.0, (0.5, 3.0, 400)), speak(3.0)))
        told = (one.update for one in talk.updates())
        partial = next(update for update in told if isinstance(update, Partial))

    assert partial.text == GREETS


def test_lines_that_are_cut_lose_nothing_and_tell_nothing_twice(there: Site) -> None:
    told: list[Told] = []
    with there.client.live.open(BOTH, gap=PATIENCE) as talk:
        reading = threading.Thread(target=lambda: told.extend(talk.updates()))
        reading.start()
        say(talk, cuts=(3, 30, 31, 60))
        cut(talk)
        talk.finish()
        reading.join()

    ended = told[-1].update
    assert isinstance(ended, Ended)
    assert said(told) == [GREETS, WANTS, WILL, THANKS]
    assert [one.number for one in told] == sorted({one.number for one in told})
    assert there.place.bytes_of(ended.recording) == wav(CALL)
    resumed = [action for _, action in there.place.actions() if action == "live-resumed"]
    assert len(resumed) >= 3


def test_a_call_that_was_left_is_gone_on_with(there: Site) -> None:
    with there.client.live.open(BOTH) as talk:
        say(talk, CALL[:200_000])
        talk.close()
    wait_until_kept(there, talk.id, 200_000)
    with there.client.live.resume(talk.key) as again:
        assert (again.id, again.sent, again.received) == (talk.id, 200_000, 200_000)
        say(again, CALL[again.sent :])
        again.finish()
        told = list(again.updates())

    assert said(told) == [GREETS, WANTS, WILL, THANKS]
    assert list(talk.updates()) == []


def wait_until_kept(there: Site, call: str, size: int) -> None:
    wait_for(lambda: there.client.live.get(call).seconds * 64_000 >= size)


def test_after_its_end_nothing_is_taken(there: Site) -> None:
    with there.client.live.open(BOTH) as talk:
        say(talk, CALL[:64_000])
        talk.finish()
        socket_ = talk._socket
        for _ in socket_:
            pass
        with pytest.raises(Refused, match="it is over") as refused:
            talk.feed(b"\0\0")

    assert (refused.value.status, refused.value.code) == (410, "gone")


@pytest.mark.parametrize(
    ("token", "opening", "status", "code"),
    [
        pytest.param("nobody", BOTH, 401, "unauthenticated", id="not known"),
        pytest.param("viewer", BOTH, 403, "forbidden", id="not permitted"),
        pytest.param("root", Opening(rate=4_000), 422, "input", id="a wrong rate"),
    ],
)
def test_a_refusal_says_why(
    there: Site, token: str, opening: Opening, status: int, code: str
) -> None:
    with Client(there.url, token, PATIENT) as client, pytest.raises(Refused) as refused:
        client.live.open(opening)

    assert (refused.value.status, refused.value.code) == (status, code)
    assert refused.value.remedy


def test_too_many_calls_are_worth_another_try(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with (
        site(tmp_path, With(Limits(own=1))) as there,
        there.client.live.open(BOTH),
        pytest.raises(Unavailable, match="1 run") as refused,
    ):
        there.client.live.open(BOTH)

    assert (refused.value.status, refused.value.retryable) == (429, True)


def test_a_key_that_is_of_no_call_is_refused(there: Site) -> None:
    with pytest.raises(Refused, match="none waits") as refused:
        there.client.live.resume("nothing")

    assert refused.value.status == 404


def test_what_was_seen_of_an_unrecorded_call_is_removed(there: Site) -> None:
    with there.client.live.open(replace(BOTH, consent=False)) as talk:
        say(talk)
        with pytest.raises(Refused, match="still runs") as refused:
            there.client.live.remove(talk.id)
        talk.finish()
        list(talk.updates())
    there.client.live.remove(talk.id)

    assert refused.value.status == 409
    with pytest.raises(Refused):
        there.client.live.remove(talk.id)


def test_a_server_that_went_away_is_waited_for_and_given_up(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    waits: list[float] = []
    with serving(tmp_path) as served, live_in(tmp_path / "there") as place:
        with listening(build(replace(served.parts, live=place.live))) as url:
            client = Client(
                url, "root", Terms(connect=PATIENCE, pause=waits.append, clock=lambda: sum(waits))
            )
            talk = client.live.open(BOTH, gap=2.0)
        with pytest.raises(Unreachable):
            say(talk)
        client.close()

    assert waits == [0.5] * 4


def test_where_nobody_answers_that_is_said() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))  # nobody else gets the port, and nobody listens
        port = door.getsockname()[1]
        with Client(f"http://127.0.0.1:{port}", "root") as client, pytest.raises(Unreachable):
            client.live.open()


@contextmanager
def answering(*messages: str, code: int = 1000) -> Iterator[Client]:
    """A server that says always the same."""

    def talk(connection: ServerConnection) -> None:
        connection.recv()
        for message in messages:
            connection.send(message)
        connection.close(code, "why")

    with serve(talk, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        try:
            with Client(
                f"http://127.0.0.1:{port}", "root", Terms(connect=PATIENCE, pause=lambda _: None)
            ) as client:
                yield client
        finally:
            server.shutdown()
            thread.join()


OPENED = '{"type": "opened", "id": "a1", "key": "k", "received": 0, "after": 0}'
FINAL = '{"type": "event", "number": 1, "event": {"type": "final", "number": 1, "segments": []}}'


def test_what_a_later_server_tells_besides_is_left_out() -> None:
    later = '{"type": "event", "number": 2, "event": {"type": "weather"}}'
    cue = (
        '{"type": "event", "number": 3, "event": {"type": "cue", "key": "k", "kind": "new",'
        ' "at": 1, "text": {}, "evidence": [{"channel": 0, "span": {"start": 0, "end": 1}}]}}'
    )
    with answering(OPENED, '{"type": "song"}', later, FINAL, cue) as client:
        talk = client.live.open()
        updates = talk.updates()

        assert next(updates) == Told(1, Final(1, ()))
        assert isinstance(next(updates).update, Cue)
        with pytest.raises(Refused, match="it is over"):
            next(updates)
        talk.close()


@pytest.mark.parametrize(
    "message", ["garbage", "[]", '{"type": "event", "number": 1, "event": {"type": "final"}}']
)
def test_what_is_none_of_the_interface_is_told(message: str) -> None:
    with (
        answering(OPENED, message) as client,
        client.live.open() as talk,
        pytest.raises(Unreadable, match="one version"),
    ):
        list(talk.updates())


def test_an_error_amid_the_call_is_told() -> None:
    error = '{"type": "error", "code": "conflict", "subject": "a", "reason": "b", "remedy": "c"}'
    with (
        answering(OPENED, error, code=4409) as client,
        client.live.open() as talk,
        pytest.raises(Refused, match="b") as refused,
    ):
        list(talk.updates())

    assert (refused.value.status, refused.value.code) == (409, "conflict")


@pytest.mark.parametrize(
    ("code", "kind"), [(4401, Refused), (1011, Unreachable)], ids=["refused", "broken"]
)
def test_a_connection_that_is_closed_at_once_is_told(code: int, kind: type[Exception]) -> None:
    with answering(code=code) as client, pytest.raises(kind):
        client.live.open()


def test_certificates_are_looked_at_unless_they_are_not_to_be() -> None:
    own = create_default_context()

    assert _context(verify=True).verify_mode is CERT_REQUIRED
    assert _context(verify=False).verify_mode is CERT_NONE
    assert _context(own) is own


@dataclass
class Scripted:
    """A server whose every connection does the next thing; the last one again and again."""

    url: str
    said: list[dict[str, object]]
    """What each connection began with."""
    sizes: list[int]
    """Bytes of each message of audio."""


Step = Callable[[ServerConnection, Scripted], None]


@contextmanager
def scripted(*steps: Step) -> Iterator[Scripted]:
    def talk(connection: ServerConnection) -> None:
        step = steps[min(len(found.said), len(steps) - 1)]
        found.said.append(json.loads(connection.recv()))
        step(connection, found)

    with serve(talk, "127.0.0.1", 0, max_size=1 << 20) as server:
        found = Scripted(f"http://127.0.0.1:{server.socket.getsockname()[1]}", [], [])
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


def stands(received: int) -> str:
    return OPENED.replace('"received": 0', f'"received": {received}')


def received(size: int) -> str:
    return json.dumps({"type": "received", "bytes": size})


def ending(number: int) -> str:
    event = {"type": "ended", "why": "finished", "duration": 1.0, "recording": None}
    return json.dumps({"type": "event", "number": number, "event": event})


def takes(size: int, then: int | None = None) -> Step:
    """Take so many bytes; then close the connection with a code, or end the call."""

    def step(connection: ServerConnection, found: Scripted) -> None:
        connection.send(OPENED)
        taken = 0
        while taken < size:
            message = connection.recv()
            found.sizes.append(len(message))
            taken += len(message)
        if then is None:
            connection.send(ending(9))
        connection.close(then or 1000)

    return step


def test_long_audio_is_sent_in_pieces_at_first_and_again() -> None:
    size = 3 << 20
    with (
        scripted(takes(size, 1011), takes(size)) as server,
        Client(server.url, "root", Terms(connect=PATIENCE, pause=lambda _: None)) as client,
        client.live.open() as talk,
    ):
        talk.feed(bytes(size))
        [told] = list(talk.updates())

    assert isinstance(told.update, Ended)
    assert (max(server.sizes), sum(server.sizes)) == (1 << 16, 2 * size)


def test_a_connection_that_brings_the_call_no_further_is_made_again_ever_later() -> None:
    waits: list[float] = []
    with (
        scripted(takes(0, 1011)) as server,
        Client(server.url, "root", Terms(connect=PATIENCE, pause=waits.append)) as client,
        client.live.open() as talk,
        pytest.raises(Unreachable, match="cut"),
    ):
        list(talk.updates())

    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    assert len(server.said) == 8


@pytest.mark.parametrize("code", [1003, 1007, 1008, 1009])
def test_what_the_server_will_not_take_is_not_sent_again(code: int) -> None:
    with (
        scripted(takes(4, code)) as server,
        Client(server.url, "root", Terms(connect=PATIENCE)) as client,
        client.live.open() as talk,
    ):
        talk.feed(bytes(4))
        with pytest.raises(Refused, match="ended the connection") as refused:
            list(talk.updates())

    assert refused.value.code == str(code)
    assert len(server.said) == 1


def test_what_was_told_before_the_line_was_cut_is_not_told_again() -> None:
    def tells(code: int, *messages: str) -> Step:
        def step(connection: ServerConnection, _: Scripted) -> None:
            for message in (OPENED, *messages):
                connection.send(message)
            connection.close(code)

        return step

    with (
        scripted(tells(1011, FINAL), tells(1000, FINAL, ending(2))) as server,
        Client(server.url, "root", Terms(connect=PATIENCE, pause=lambda _: None)) as client,
        client.live.open() as talk,
    ):
        told = list(talk.updates())

    assert [one.number for one in told] == [1, 2]
    assert server.said[1]["after"] == 1


def test_a_server_that_lost_what_it_had_is_told_of() -> None:
    def first(connection: ServerConnection, _: Scripted) -> None:
        connection.send(OPENED)
        connection.send(received(len(connection.recv())))
        connection.close(1011)

    with (
        scripted(first, lambda connection, _: connection.send(stands(2))) as server,
        Client(server.url, "root", Terms(connect=PATIENCE, pause=lambda _: None)) as client,
        client.live.open() as talk,
    ):
        talk.feed(bytes(8))
        with pytest.raises(Refused, match="lost audio") as refused:
            list(talk.updates())

    assert (refused.value.status, refused.value.code) == (409, "lost")


def test_closed_while_the_line_is_made_again_it_stays_closed() -> None:
    def gone(connection: ServerConnection, _: Scripted) -> None:
        connection.close(1011)

    talks: list[Talk] = []
    with (
        scripted(takes(0, 1011), gone) as server,
        Client(
            server.url, "root", Terms(connect=PATIENCE, pause=lambda _: talks[0].close())
        ) as client,
    ):
        talks.append(client.live.open())

        assert list(talks[0].updates()) == []
    assert len(server.said) == 2


def test_closed_while_the_call_is_gone_on_with_the_new_line_is_closed_too() -> None:
    ended: list[int | None] = []

    def closing(connection: ServerConnection, _: Scripted) -> None:
        talks[0].close()
        connection.send(OPENED)
        with suppress(ConnectionClosed):
            connection.recv()
        ended.append(connection.close_code)

    talks: list[Talk] = []
    with (
        scripted(takes(0, 1011), closing) as server,
        Client(server.url, "root", Terms(connect=PATIENCE)) as client,
    ):
        talks.append(client.live.open())

        assert list(talks[0].updates()) == []
        wait_for(lambda: ended)
    assert ended == [1000]
