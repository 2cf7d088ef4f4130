"""Recordings in a bucket, on a line that breaks, with versions, marks and other writers."""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError, Unknown
from huiting.vault import bucket as bucket_module
from huiting.vault import remote as remote_module
from huiting.vault.bucket import Server, connect
from huiting.vault.copies import INCOMING, Copies
from huiting.vault.errors import Away, Damaged, KeyMissing, VaultError
from huiting.vault.naming import GOING
from huiting.vault.remote import Remote
from huiting.vault.sealed import KeyRing, key_id
from s3_server import S3, SECRET

SOUND = bytes(range(256)) * 50_000  # 12.8 MB: three parts of the least size
ID = sha256(SOUND).hexdigest()
PLACE = f"{ID[:2]}/{ID[2:4]}/{ID}"
LEAST = 5 << 20
"""Bytes of a part, but for the last."""
RING = KeyRing((b"k" * 32,))
RINGS = pytest.mark.parametrize("ring", [None, RING], ids=["plain", "sealed"])


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads are of small parts."""
    monkeypatch.setattr(bucket_module, "PART", LEAST)


def names(remote: Remote) -> list[str]:
    return [found.name for found in remote.bucket.listed()]


def unfinished(remote: Remote) -> int:
    pages = remote.bucket._pages("list_multipart_uploads", "")
    return sum(len(page.get("Uploads", ())) for page in pages)


def local(remote: Remote) -> list[Path]:
    return [path for path in remote.copies.folder.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("parts")
@RINGS
def test_a_recording_of_many_parts_is_read_across_them(
    remote: Remote, ring: KeyRing | None
) -> None:
    sealed = replace(remote, ring=ring)
    sealed.take(io.BytesIO(SOUND))
    sealed.copies.forget("")
    start = LEAST - 100

    assert b"".join(sealed.open(ID, start, LEAST + 200)) == SOUND[start : start + LEAST + 200]
    assert local(sealed) == []
    with sealed.plain(ID) as path:
        assert path.read_bytes() == SOUND
    assert unfinished(sealed) == 0


def test_a_stretch_costs_no_more_than_what_is_read_ahead(
    remote: Remote, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "STEP", 1 << 20)
    remote.take(io.BytesIO(SOUND))
    remote.copies.forget("")
    before = s3.line.carried

    assert b"".join(remote.open(ID, 7_000_000, 1000)) == SOUND[7_000_000:7_001_000]
    assert s3.line.carried - before < 2 << 20


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(
    ("ring", "after"),
    [(None, 1000), (RING, LEAST + (1 << 20))],
    ids=["plain, in the first part", "sealed, in the second part"],
)
def test_of_a_sending_that_breaks_off_nothing_is_seen(
    remote: Remote, s3: S3, ring: KeyRing | None, after: int
) -> None:
    sealed = replace(remote, ring=ring)
    s3.line.left = after
    with pytest.raises(Away, match="does not answer"):
        sealed.take(io.BytesIO(SOUND))
    s3.whole()

    assert names(sealed) == []
    assert not sealed.has(ID)
    assert local(sealed) == []
    left = unfinished(sealed)
    assert sealed.sweep(time.time() + 60) == left
    assert unfinished(sealed) == 0
    assert sealed.take(io.BytesIO(SOUND)).id == ID


@pytest.mark.usefixtures("parts")
def test_what_a_crash_left_of_an_upload_is_swept_and_what_is_just_sent_is_not(
    remote: Remote,
) -> None:
    remote.bucket._call("create_multipart_upload", Key=f"{remote.bucket.prefix}{PLACE}")
    other = replace(remote.bucket, prefix="elsewhere/")
    other._call("create_multipart_upload", Key="elsewhere/x")
    remote.bucket._call("create_multipart_upload", Key=f"{remote.bucket.prefix}of-somebody-else")

    assert remote.sweep(1e9) == 0  # this server begins every upload in 2010
    assert remote.sweep(time.time() + 60) == 1
    assert (unfinished(remote), len(list(other._pages("list_multipart_uploads", "")))) == (1, 1)


def test_an_answer_that_breaks_off_is_asked_for_again(remote: Remote, s3: S3) -> None:
    remote.take(io.BytesIO(SOUND))
    remote.copies.forget("")
    s3.line.back = 1 << 20

    with remote.plain(ID) as path:
        assert path.read_bytes() == SOUND
    assert s3.line.back is None


def test_a_server_that_is_away_is_told_as_such_and_never_as_a_recording_that_is_missing(
    remote: Remote, s3: S3
) -> None:
    remote.take(io.BytesIO(SOUND))
    remote.copies.forget("")
    s3.line.down = True
    for use in (remote.has, lambda n: remote.plain(n).__enter__()):
        with pytest.raises(
            Away, match=r"recordings in s3://b\w+/calls: the server does not answer"
        ):
            use(ID)
    with pytest.raises(Away) as caught:
        remote.check()
    s3.whole()

    assert (caught.value.retryable, caught.value.waits) == (True, True)
    assert isinstance(caught.value, VaultError)
    assert remote.has(ID)


def test_a_copy_is_read_while_the_server_is_away(remote: Remote, s3: S3) -> None:
    remote.take(io.BytesIO(SOUND))
    s3.line.down = True

    with remote.plain(ID) as path:
        assert path.read_bytes() == SOUND
    assert b"".join(remote.open(ID, 10, 10)) == SOUND[10:20]


@pytest.mark.parametrize(
    ("bucket", "profile", "reason"),
    [
        pytest.param("no-such-bucket", "", r"refuses \(NoSuchBucket\)", id="no bucket"),
        pytest.param("b", "nobody", r"sign in with \(ProfileNotFound", id="no profile"),
    ],
)
def test_wrong_settings_are_not_taken_for_a_recording_that_is_missing(
    s3: S3, tmp_path: Path, bucket: str, profile: str, reason: str
) -> None:
    wrong = connect(bucket, "", replace(s3.server, profile=profile))
    remote = Remote(wrong, Copies(tmp_path, 0))
    with pytest.raises(Away, match=reason) as caught:
        remote.has(ID)

    assert SECRET not in str(caught.value)
    assert SECRET not in repr(s3.server)


def test_without_its_library_a_bucket_is_refused(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "s3fs", None)
    with pytest.raises(ConfigError, match=r"install huiting\[s3\]"):
        connect("b", "", s3.server)


def test_options_reach_the_client(tmp_path: Path) -> None:
    made = connect("b", "", Server(authority=tmp_path / "ca.pem", addressing="path"))

    assert made.system.client_kwargs == {"verify": str(tmp_path / "ca.pem")}
    assert made.system.config_kwargs["s3"] == {"addressing_style": "path"}
    assert made.shown == "s3://b"


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_removing_removes_earlier_versions_too(remote: Remote, status: str) -> None:
    remote.take(io.BytesIO(b"sound"))
    recording = next(remote.ids()).id
    near = sha256(b"other").hexdigest()
    remote.bucket._call("put_bucket_versioning", VersioningConfiguration={"Status": status})
    for _ in range(2):
        remote.bucket.write(f"{recording[:2]}/{recording[2:4]}/{recording}", b"sound")
    remote.take(io.BytesIO(b"other"))
    assert remote.remove(recording)

    pages = list(remote.bucket._pages("list_object_versions", ""))
    left = [one["Key"] for page in pages for one in page.get("Versions", ())]
    assert [key.rpartition("/")[2] for key in left] == [near]
    assert not any(page.get("DeleteMarkers") for page in pages)


@RINGS
def test_what_is_known_is_not_sent_again_and_counts_as_handed_in_now(
    remote: Remote, s3: S3, ring: KeyRing | None
) -> None:
    sealed = replace(remote, ring=ring)
    sealed.take(io.BytesIO(SOUND))
    before = next(sealed.bucket.listed())
    s3.line.left = 1 << 20  # no room for the recording
    while time.time() < before.modified.timestamp() + 1.1:
        time.sleep(0.05)
    sealed.take(io.BytesIO(SOUND))

    after = next(sealed.bucket.listed())
    assert (after.name, after.mark) == (before.name, before.mark)
    assert after.modified > before.modified


def test_what_is_not_whole_is_sent_again(remote: Remote) -> None:
    remote.bucket.write(PLACE, b"something shorter")
    remote.take(io.BytesIO(SOUND))

    assert next(remote.ids()).size == len(SOUND)


class Refusing:
    """A server that lacks a method."""

    def __init__(
        self, system: object, method: str, code: str, kind: type[OSError] = OSError
    ) -> None:
        self._system = system
        self._method = method
        self._code = code
        self._kind = kind

    def __getattr__(self, name: str) -> object:
        return getattr(self._system, name)

    def call_s3(self, method: str, **arguments: object) -> object:
        if method == self._method:
            from botocore.exceptions import ClientError

            raise self._kind("no") from ClientError({"Error": {"Code": self._code}}, method)
        return self._system.call_s3(method, **arguments)  # type: ignore[attr-defined]


def test_a_server_that_copies_nothing_is_sent_it_again(remote: Remote) -> None:
    remote.take(io.BytesIO(SOUND))
    poor = Refusing(remote.bucket.system, "copy_object", "NotImplemented")
    copying = replace(remote, bucket=replace(remote.bucket, system=poor))

    assert copying.take(io.BytesIO(SOUND)).id == ID
    assert names(remote) == [PLACE]


def test_a_renewal_without_an_answer_is_an_error(remote: Remote, s3: S3) -> None:
    remote.take(io.BytesIO(SOUND))
    s3.line.down = True

    with pytest.raises(Away):
        remote.bucket.renew(PLACE)


@pytest.mark.usefixtures("parts")
def test_a_joining_whose_answer_was_lost_has_happened(remote: Remote) -> None:
    lost = Forgetful(remote.bucket.system)
    replace(remote, bucket=replace(remote.bucket, system=lost)).take(io.BytesIO(SOUND))

    assert next(remote.ids()).size == len(SOUND)
    assert lost.asked == 2


class Forgetful:
    """A server whose answer to a joining is lost, so that it is asked for twice."""

    def __init__(self, system: object) -> None:
        self._system = system
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._system, name)

    def call_s3(self, method: str, **arguments: object) -> object:
        if method == "complete_multipart_upload":
            self.asked += 2
            self._system.call_s3(method, **arguments)  # type: ignore[attr-defined]
            raise FileNotFoundError("NoSuchUpload")
        return self._system.call_s3(method, **arguments)  # type: ignore[attr-defined]


def test_what_is_discarded_while_it_is_handed_in_is_not_lost(remote: Remote) -> None:
    """Whoever takes it in sends it again, or says that it must be handed in again."""
    for _ in range(5):
        remote.take(io.BytesIO(b"sound"))
        recording = next(remote.ids()).id
        taken: list[bool] = []

        def take(taken: list[bool] = taken) -> None:
            try:
                remote.take(io.BytesIO(b"sound"))
            except Away:
                taken.append(False)
            else:
                taken.append(True)

        thread = threading.Thread(target=take)
        thread.start()
        gone = remote.discard(recording, time.time() - 0.5)
        thread.join()
        assert remote.has(recording) or taken == [False] or not gone


def test_a_recording_that_is_just_being_discarded_is_not_taken(remote: Remote) -> None:
    remote.bucket.write(PLACE + GOING, b"")
    with pytest.raises(Away, match="just being removed"):
        remote.take(io.BytesIO(SOUND))

    assert list(remote.copies.folder.glob("[0-9a-f]*")) == []


def test_a_mark_that_a_crash_left_keeps_nothing_out(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.bucket.write(PLACE + GOING, b"")
    monkeypatch.setattr(remote_module, "_LONGEST", -remote_module._LONGEST)
    remote.take(io.BytesIO(SOUND))

    assert names(remote) == [PLACE]


def test_marks_that_crashes_left_are_swept(remote: Remote) -> None:
    remote.bucket.write(PLACE + GOING, b"")

    assert remote.sweep(time.time() - 60) == 0
    assert remote.sweep(time.time() + 60) == 1
    assert names(remote) == []


def test_what_goes_before_it_has_settled_is_sent_again(remote: Remote) -> None:
    going = Going(remote.bucket.system, f"{remote.bucket.prefix}{PLACE}", times=1)
    replace(remote, bucket=replace(remote.bucket, system=going)).take(io.BytesIO(SOUND))
    assert remote.has(ID)

    remote.remove(ID)
    going = Going(remote.bucket.system, f"{remote.bucket.prefix}{PLACE}", times=9)
    with pytest.raises(Away, match="just being removed"):
        replace(remote, bucket=replace(remote.bucket, system=going)).take(io.BytesIO(SOUND))


class Going:
    """A server from which what is written goes at once, so many times."""

    def __init__(self, system: object, key: str, times: int) -> None:
        self._system = system
        self._key = key
        self._times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._system, name)

    def call_s3(self, method: str, **arguments: object) -> object:
        answer = self._system.call_s3(method, **arguments)  # type: ignore[attr-defined]
        if method == "put_object" and self._times:
            self._times -= 1
            gone = {"Bucket": arguments["Bucket"], "Key": self._key}
            self._system.call_s3("delete_object", **gone)  # type: ignore[attr-defined]
        return answer


def test_readers_and_writers_of_the_same_sealed_bytes_do_no_harm(
    remote: Remote, tmp_path: Path
) -> None:
    """Each writer's bytes are sealed otherwise; what is read is always of one of them."""
    places = [replace(remote, ring=RING, copies=Copies(tmp_path / str(n), 0)) for n in range(4)]
    places[0].take(io.BytesIO(SOUND))

    def write(place: Remote) -> bytes:
        place.bucket.remove(f"{PLACE}.{key_id(RING.current).hex()}.sealed")
        place.take(io.BytesIO(SOUND))
        return SOUND

    def read(place: Remote) -> bytes:
        with suppress(Away, Unknown), place.plain(ID) as path:  # it goes and comes meanwhile
            return path.read_bytes()
        return SOUND

    with ThreadPoolExecutor(4) as pool:
        told = [pool.submit(write if n < 2 else read, places[n]) for n in (0, 2, 1, 3, 0, 2, 3)]
    assert all(one.result() == SOUND for one in told)
    assert b"".join(places[0].open(ID)) == SOUND


def test_what_is_written_anew_while_it_is_read_is_told(remote: Remote) -> None:
    remote.take(io.BytesIO(SOUND))
    remote.copies.forget("")
    with remote.opened(ID) as found:
        pieces = found.read()
        next(pieces)
        remote.bucket.write(PLACE, b"other")
        with pytest.raises(Away, match="while it was read"):
            list(pieces)


def test_what_is_written_anew_while_it_is_fetched_is_fetched_anew(remote: Remote) -> None:
    remote.take(io.BytesIO(SOUND))
    remote.copies.forget("")
    changed = Changing(remote.bucket.system, times=1)
    with replace(remote, bucket=replace(remote.bucket, system=changed)).plain(ID) as path:
        assert path.read_bytes() == SOUND
    remote.copies.forget("")
    changed = Changing(remote.bucket.system, times=9)
    with (
        pytest.raises(Away, match="written anew"),
        replace(remote, bucket=replace(remote.bucket, system=changed)).plain(ID),
    ):
        raise AssertionError


class Changing:
    """A server on which objects are others than were listed, so many times."""

    def __init__(self, system: object, times: int) -> None:
        self._system = system
        self._times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._system, name)

    async def _call_s3(self, method: str, **arguments: object) -> object:
        if self._times:
            self._times -= 1
            arguments["IfMatch"] = '"another"'
        return await self._system._call_s3(method, **arguments)  # type: ignore[attr-defined]


def test_a_recording_that_is_removed_while_it_is_sealed_anew_stays_removed(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.take(io.BytesIO(b"sound"))
    recording = next(remote.ids()).id
    sealing = replace(remote, ring=RING)
    settle = Remote._settle

    def remove_first(self: Remote, of: str, name: str, part: Path) -> None:
        remote.bucket.remove(f"{recording[:2]}/{recording[2:4]}/{recording}")
        settle(self, of, name, part)

    monkeypatch.setattr(Remote, "_settle", remove_first)
    with pytest.raises(Unknown, match="not kept"):
        sealing.reseal(recording)

    assert names(remote) == []


def test_what_is_not_what_was_handed_in_is_not_sealed(remote: Remote) -> None:
    remote.bucket.write(PLACE, b"something else")

    with pytest.raises(Damaged, match="not what was handed in"):
        replace(remote, ring=RING).reseal(ID)
    assert names(remote) == [PLACE]


def test_a_recording_whose_key_is_missing_names_it(remote: Remote) -> None:
    replace(remote, ring=RING).take(io.BytesIO(SOUND))
    remote.copies.forget("")

    with pytest.raises(KeyMissing, match=key_id(RING.current).hex()), remote.plain(ID):
        raise AssertionError


def test_objects_of_others_are_left_alone(remote: Remote) -> None:
    for name in ("notes.txt", f"{PLACE}.sealed", f"{ID}", f"{PLACE}.zz.sealed", f"xx/{PLACE}"):
        remote.bucket.write(name, b"x")

    assert list(remote.ids()) == []
    assert not remote.has(ID)
    assert not remote.remove(ID)
    assert len(names(remote)) == 5


def test_many_are_listed_a_page_at_a_time(remote: Remote) -> None:
    few = Few(remote.bucket.system)
    for number in range(5):
        remote.take(io.BytesIO(bytes([number])))

    listed = replace(remote, bucket=replace(remote.bucket, system=few)).ids()
    assert [held.id for held in listed] == [held.id for held in remote.ids()]
    assert few.asked == 3


class Few:
    """A server that tells no more than two at a time."""

    def __init__(self, system: object) -> None:
        self._system = system
        self.asked = 0

    def call_s3(self, method: str, **arguments: object) -> object:
        self.asked += 1
        return self._system.call_s3(method, MaxKeys=2, **arguments)  # type: ignore[attr-defined]


def test_a_disk_that_cannot_be_written_is_told_as_such(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    broken = replace(remote, copies=Copies(tmp_path / "file" / "copies", 0))

    reason = r"copies of recordings in .*: Not a directory; make room"
    with pytest.raises(VaultError, match=reason) as caught:
        broken.take(io.BytesIO(SOUND))
    assert not caught.value.waits


def test_of_what_is_taken_no_clear_byte_reaches_the_disk_or_the_bucket(remote: Remote) -> None:
    sealed = replace(remote, ring=RING)
    sealed.take(io.BytesIO(b"unmistakable" * 1000))

    [held] = sealed.bucket.listed()
    assert b"unmistakable" not in sealed.bucket.read(held, 0, held.size)
    assert [b"unmistakable" in path.read_bytes() for path in local(sealed)] == [False]
    assert sealed.bucket.read(held, held.size, 10) == b""


def test_a_removed_recording_leaves_no_copy_on_this_machine(remote: Remote) -> None:
    replace(remote, ring=RING).take(io.BytesIO(SOUND))
    remote.take(io.BytesIO(SOUND))
    assert len(local(remote)) == 2
    remote.remove(ID)

    assert local(remote) == []


def test_what_crashes_left_on_this_machine_goes(remote: Remote) -> None:
    remote.take(io.BytesIO(SOUND))
    (remote.copies.folder / INCOMING / "left").write_bytes(b"half")
    clear = remote.clear_folder / "left"
    clear.mkdir(parents=True)
    (clear / "clear").write_bytes(b"sound")

    assert remote.tidy(0.0, 0.0) == 1
    assert remote.tidy(time.time() + 60, time.time() + 60) == 2
    assert local(remote) == []


def test_times_are_by_the_server(remote: Remote) -> None:
    remote.take(io.BytesIO(SOUND))

    held = next(remote.ids())
    assert abs(datetime.fromtimestamp(held.touched, UTC) - datetime.now(UTC)).total_seconds() < 60


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param("AccessDenied", r"refuses \(AccessDenied\)", id="not permitted"),
        pytest.param(None, r"does not answer \(ConnectionError\)", id="cut off, again and again"),
    ],
)
def test_what_cannot_be_read_is_not_gone(remote: Remote, code: str | None, reason: str) -> None:
    remote.take(io.BytesIO(SOUND))
    remote.copies.forget("")
    poor = Reading(remote.bucket.system, code)
    with (
        pytest.raises(Away, match=reason),
        replace(remote, bucket=replace(remote.bucket, system=poor)).plain(ID),
    ):
        raise AssertionError
    assert poor.asked == (1 if code else 3)


class Reading:
    """A server that gives no objects, or only the beginning of each."""

    def __init__(self, system: object, code: str | None) -> None:
        self._system = system
        self._code = code
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._system, name)

    async def _call_s3(self, method: str, **arguments: object) -> object:
        self.asked += 1
        if self._code:
            from botocore.exceptions import ClientError

            raise PermissionError("no") from ClientError({"Error": {"Code": self._code}}, method)
        return await self._system._call_s3(method, **{**arguments, "Range": "bytes=0-9"})  # type: ignore[attr-defined]


def test_an_operator_can_read_in_the_log_why_the_bucket_cannot_be_used(
    remote: Remote, s3: S3, caplog: pytest.LogCaptureFixture
) -> None:
    s3.line.down = True
    with pytest.raises(Away):
        remote.check()

    [line] = [record for record in caplog.records if record.name == "huiting.vault.remote"]
    assert "does not answer" in str(line.__dict__["reason"])
    assert SECRET not in caplog.text


def test_an_upload_that_ended_while_it_was_swept_is_no_trouble(remote: Remote) -> None:
    remote.bucket._call("create_multipart_upload", Key=f"{remote.bucket.prefix}{PLACE}")
    poor = Refusing(
        remote.bucket.system, "abort_multipart_upload", "NoSuchUpload", FileNotFoundError
    )

    assert replace(remote.bucket, system=poor).abort(datetime.now(UTC), lambda _: True) == 1
