"""Getting one file from a hub that goes wrong."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from hub_server import Fault, HubServer, serving
from huiting.engines.catalogue import Hub, Place
from huiting.engines.hub import wire
from huiting.engines.hub.addresses import request
from huiting.engines.hub.download import MOST_UNKNOWN, TRIES, Line, Wanted, download
from huiting.engines.hub.trouble import HubTrouble

CONTENT = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
PLACE = Place(Hub.HUGGINGFACE, "baker/bread", "main", "model.bin")
WANTED = Wanted("model.bin", len(CONTENT), DIGEST)


@dataclass
class Desk:
    """A hub, and somebody who gets a file from it."""

    server: HubServer
    folder: Path
    line: Line
    waited: list[float]
    told: list[int] = field(default_factory=list)

    @property
    def partial(self) -> Path:
        return self.folder / "model.bin"

    def get(self, wanted: Wanted = WANTED, place: Place = PLACE) -> str:
        ask = request(place, self.server.endpoints)
        return download(wanted, ask, self.partial, self.line, self.told.append)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    waited: list[float] = []
    with serving() as server, httpx.Client(trust_env=False, timeout=1) as client:
        server.files["model.bin"] = CONTENT
        yield Desk(server, tmp_path, Line(client, waited.append), waited)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(PLACE, id="Hugging Face"),
        pytest.param(Place(Hub.MODELSCOPE, "a/b", "master", "model.bin"), id="ModelScope"),
        pytest.param(Place(Hub.RELEASE, "a/b", "models", "model.bin"), id="a release"),
    ],
)
def test_a_file_comes_whole_from_each_hub(desk: Desk, place: Place) -> None:
    assert desk.get(place=place) == DIGEST
    assert desk.partial.read_bytes() == CONTENT
    assert [path.name for path in desk.folder.iterdir()] == ["model.bin"]
    assert desk.told[-1] == len(CONTENT)
    assert desk.told == sorted(desk.told)


def test_the_token_is_shown_to_the_hub_and_to_nobody_it_sends_us_to(desk: Desk) -> None:
    desk.get()

    assert [(one.server, one.token) for one in desk.server.asked] == [
        ("hub", "Bearer hf_secret"),
        ("store", ""),
    ]


@pytest.mark.parametrize(
    "hub", [pytest.param(Hub.MODELSCOPE, id="ModelScope"), pytest.param(Hub.RELEASE, id="GitHub")]
)
def test_the_token_of_one_hub_is_not_shown_to_another(desk: Desk, hub: Hub) -> None:
    desk.get(place=Place(hub, "a/b", "main", "model.bin"))

    assert {one.token for one in desk.server.asked} == {""}


@pytest.mark.parametrize("fault", [Fault.BREAK, Fault.SHORT, Fault.SLOW], ids=lambda f: f.name)
def test_a_body_that_ends_early_is_continued_where_it_ended(desk: Desk, fault: Fault) -> None:
    desk.server.faults["model.bin"] = [fault]

    assert desk.get() == DIGEST
    half = len(CONTENT) // 2
    assert desk.server.ranges("model.bin") == ["", f"bytes={half}-"]
    assert desk.server.asked[-1].condition.startswith('"')
    assert desk.waited == [1.0]


def test_what_came_before_is_continued_by_another_process(desk: Desk) -> None:
    desk.server.faults["model.bin"] = [Fault.BREAK, *[Fault.DOWN] * TRIES]
    with pytest.raises(HubTrouble, match="503"):
        desk.get()
    begun = desk.partial.stat().st_size

    assert begun == len(CONTENT) // 2
    assert desk.get() == DIGEST
    assert desk.server.ranges("model.bin")[-1] == f"bytes={begun}-"


def test_tries_without_a_byte_more_end_and_wait_longer_each_time(desk: Desk) -> None:
    desk.server.faults["model.bin"] = [Fault.DOWN] * 9

    with pytest.raises(HubTrouble, match="answers 503"):
        desk.get()
    assert desk.waited == [1.0, 2.0, 4.0, 8.0]


def test_tries_that_bring_something_do_not_count_against_it(desk: Desk) -> None:
    desk.server.faults["model.bin"] = [Fault.BREAK] * (TRIES + 3)

    assert desk.get() == DIGEST
    assert desk.waited == [1.0] * (TRIES + 3)


def test_the_server_is_given_the_time_it_asks_for(desk: Desk) -> None:
    desk.server.faults["model.bin"] = [Fault.BUSY]

    assert desk.get() == DIGEST
    assert desk.waited == [2.0]


@pytest.mark.parametrize(
    ("fault", "reason", "remedy"),
    [
        pytest.param(Fault.ABSENT, "answers 404", "another source", id="not there"),
        pytest.param(Fault.GATED, "who asks", "set HF_TOKEN", id="gated"),
        pytest.param(Fault.LATER, "to wait 3600 s", "later", id="an hour to wait"),
        pytest.param(Fault.LOOP, "more than 8 times", "endpoint", id="a loop"),
        pytest.param(Fault.FILE, "redirects to file://", "source", id="a file of ours"),
        pytest.param(Fault.PORT, "redirects to http://127.0.0.1:999999", "source", id="no port"),
        pytest.param(Fault.PACKED, "packed", "source", id="packed"),
        pytest.param(Fault.UNSATISFIABLE, "fewer bytes", "source", id="416"),
        pytest.param(Fault.LONG, "more bytes", "source", id="too long"),
    ],
)
def test_what_another_try_would_not_mend_is_said_at_once(
    desk: Desk, fault: Fault, reason: str, remedy: str
) -> None:
    desk.server.faults["model.bin"] = [fault]

    with pytest.raises(HubTrouble, match=reason) as raised:
        desk.get()
    assert remedy in raised.value.remedy
    assert desk.waited == []
    assert not desk.partial.exists()


def test_other_bytes_of_the_right_length_are_never_kept(desk: Desk) -> None:
    desk.server.faults["model.bin"] = [Fault.WRONG]

    with pytest.raises(HubTrouble, match=f"not {DIGEST}"):
        desk.get()
    assert not desk.partial.exists()


def test_a_hub_that_says_that_it_has_another_file_is_not_asked_for_it(desk: Desk) -> None:
    desk.server.files["model.bin"] = CONTENT[::-1]

    with pytest.raises(HubTrouble, match="the hub has another file: SHA-256"):
        desk.get()
    assert max(desk.told, default=0) == 0


def test_a_file_of_another_size_is_not_begun(desk: Desk) -> None:
    desk.server.silent = True
    desk.server.files["model.bin"] = CONTENT + b"!"

    with pytest.raises(HubTrouble, match=f"{len(CONTENT) + 1} bytes, not {len(CONTENT)}"):
        desk.get()
    assert desk.told == []


def test_a_file_that_changed_between_two_tries_is_begun_anew(desk: Desk) -> None:
    other = CONTENT[::-1]
    desk.server.files["model.bin"] = other
    desk.server.faults["model.bin"] = [Fault.BREAK]
    wanted = Wanted("model.bin", len(CONTENT), "")
    desk.line = Line(desk.line.client, lambda _: desk.server.files.update({"model.bin": CONTENT}))

    assert desk.get(wanted) == DIGEST
    assert desk.partial.read_bytes() == CONTENT


def test_a_server_that_ignores_our_condition_is_found_out_by_its_tag(desk: Desk) -> None:
    desk.server.files["model.bin"] = CONTENT[::-1]
    desk.server.faults["model.bin"] = [Fault.BREAK, Fault.BLIND]
    desk.line = Line(desk.line.client, lambda _: desk.server.files.update({"model.bin": CONTENT}))

    assert desk.get(Wanted("model.bin", len(CONTENT), "")) == DIGEST
    assert desk.server.ranges("model.bin") == ["", f"bytes={len(CONTENT) // 2}-", ""]


def test_a_time_that_is_past_is_no_wait(desk: Desk) -> None:
    desk.server.faults["model.bin"] = [Fault.UNTIL]

    assert desk.get() == DIGEST
    assert desk.waited == [1.0]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param("Sun, 22 Nov 2026 12:00:30 GMT", 30, id="a time of day"),
        pytest.param("Sun, 22 Nov 2026 12:00:30 -0000", 30, id="a time of no zone"),
        pytest.param("soon", 0, id="nonsense"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_a_wait_is_reckoned_in_seconds(said: str, seconds: float) -> None:
    assert wire._wait(said, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds


def test_two_halves_of_two_files_are_found_out_where_nothing_names_them(desk: Desk) -> None:
    desk.server.silent = True
    desk.partial.write_bytes(CONTENT[1000:5000])

    assert desk.get() == DIGEST
    assert desk.server.ranges("model.bin") == ["bytes=4000-", ""]


def test_a_weak_tag_is_no_condition_and_the_digest_decides(desk: Desk) -> None:
    desk.server.weak = True
    desk.server.faults["model.bin"] = [Fault.BREAK]

    assert desk.get() == DIGEST
    assert desk.server.asked[-1].condition == ""


def test_a_server_without_ranges_sends_the_whole_again(desk: Desk) -> None:
    desk.server.faults["model.bin"] = [Fault.BREAK, Fault.WHOLE]

    assert desk.get() == DIGEST
    assert desk.partial.read_bytes() == CONTENT


def test_another_part_than_was_asked_for_is_refused(desk: Desk) -> None:
    desk.server.faults["model.bin"] = [Fault.BREAK, Fault.OTHER_PART]

    with pytest.raises(HubTrouble, match="another part"):
        desk.get()


def test_a_partial_file_that_is_whole_needs_no_connection(desk: Desk) -> None:
    desk.partial.write_bytes(CONTENT)

    assert desk.get() == DIGEST
    assert desk.server.asked == []


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(CONTENT[::-1], id="as long as the file, and wrong"),
        pytest.param(CONTENT + b"more", id="longer than the file"),
    ],
)
def test_a_partial_file_that_cannot_be_a_part_is_begun_anew(desk: Desk, left: bytes) -> None:
    desk.partial.write_bytes(left)

    assert desk.get() == DIGEST
    assert desk.server.ranges("model.bin") == [""]


def test_without_a_published_digest_nothing_unnamed_is_continued(desk: Desk) -> None:
    desk.partial.write_bytes(CONTENT[:100])

    assert desk.get(Wanted("model.bin", 0, "")) == DIGEST
    assert desk.server.ranges("model.bin") == [""]


def test_without_a_published_digest_a_named_part_is_continued(desk: Desk) -> None:
    desk.partial.write_bytes(CONTENT[:100])
    tag = f'"{hashlib.md5(CONTENT).hexdigest()}"'
    desk.partial.with_name("model.bin.note").write_text(json.dumps({"tag": tag}))

    assert desk.get(Wanted("model.bin", len(CONTENT), "")) == DIGEST
    assert desk.server.ranges("model.bin") == ["bytes=100-"]


@pytest.mark.parametrize("note", ["", "[]", '{"tag": 1}', "{}"], ids=lambda n: n or "empty")
def test_a_damaged_note_names_nothing(desk: Desk, note: str) -> None:
    desk.partial.write_bytes(CONTENT[:100])
    desk.partial.with_name("model.bin.note").write_text(note)

    assert desk.get() == DIGEST
    assert desk.server.asked[-1].condition == ""


def test_a_file_without_a_published_size_has_a_bound_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.engines.hub.download.MOST_UNKNOWN", 1000)

    with pytest.raises(HubTrouble, match="without a published size 1000 are taken"):
        desk.get(Wanted("model.bin", 0, ""))
    assert MOST_UNKNOWN < 100 << 20


def test_a_silent_server_may_not_send_more_than_the_bound(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.engines.hub.download.MOST_UNKNOWN", len(CONTENT) - 1)
    desk.server.silent = True
    desk.server.faults["model.bin"] = [Fault.LONG]

    with pytest.raises(HubTrouble, match="more bytes than it said"):
        desk.get(Wanted("model.bin", 0, ""))


def test_a_hub_that_is_not_there_is_asked_again_and_then_given_up(desk: Desk) -> None:
    desk.server.hub = "http://127.0.0.1:1"

    with pytest.raises(HubTrouble, match="the connection failed"):
        desk.get()
    assert len(desk.waited) == TRIES - 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("https://hub", "https://store", id="encrypted"),
        pytest.param("http://mirror", "http://store", id="in the house"),
        pytest.param("http://mirror", "https://store", id="out of the house"),
    ],
)
def test_these_redirects_are_followed(before: str, after: str) -> None:
    wire._check(httpx.URL(before), httpx.URL(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("https://hub", "http://store", id="out of an encrypted connection"),
        pytest.param("http://hub", "ftp://store", id="another protocol"),
        pytest.param("https://hub", "file://store/etc", id="a file"),
    ],
)
def test_these_redirects_are_refused(before: str, after: str) -> None:
    with pytest.raises(HubTrouble, match="it redirects to"):
        wire._check(httpx.URL(before), httpx.URL(after))


def test_a_redirect_to_what_is_no_address_is_tried_again(desk: Desk) -> None:
    desk.server.faults["model.bin"] = [Fault.NONSENSE]

    assert desk.get() == DIGEST
    assert desk.waited == [1.0]


def test_an_endpoint_that_is_no_address_is_said_at_once(desk: Desk) -> None:
    desk.server.hub = "http://a:b"

    with pytest.raises(HubTrouble, match="no HTTP"):
        desk.get()
    assert desk.waited == []


def test_an_interruption_keeps_what_came(desk: Desk) -> None:
    def interrupt(done: int) -> None:
        if done > len(CONTENT) // 4:
            raise KeyboardInterrupt

    ask = request(PLACE, desk.server.endpoints)
    with pytest.raises(KeyboardInterrupt):
        download(WANTED, ask, desk.partial, desk.line, interrupt)

    assert len(CONTENT) // 4 < desk.partial.stat().st_size <= len(CONTENT)
    assert desk.get() == DIGEST
