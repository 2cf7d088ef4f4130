"""Uploads in pieces over HTTP: tus 1.0, and what becomes of them."""

import hashlib
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest

from huiting.web.parts import Limits
from served import PEOPLE, Served, serving

URL = "/api/v1/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
ROOT = PEOPLE["root"]


def create(served: Served, length: int = 10, **metadata: str) -> str:
    """Return where a new upload is."""
    line = ",".join(f"{key} {b64encode(v.encode()).decode()}" for key, v in metadata.items())
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": line}
    answer = served.web.post(URL, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def test_a_file_in_pieces_becomes_a_recording(served: Served) -> None:
    upload = create(served, filename="8001_x.wav", metadata='{"team": "A"}', language="zh")
    first = served.web.patch(upload, content=b"12345", headers={**PIECE, "Upload-Offset": "0"})
    between = served.web.head(upload, headers=TUS)
    second = served.web.patch(upload, content=b"67890", headers={**PIECE, "Upload-Offset": "5"})
    after = served.web.get(upload).json()
    job = served.parts.queue.get(after["job"])

    assert (first.status_code, first.headers["upload-offset"]) == (204, "5")
    assert (between.headers["upload-offset"], between.headers["upload-length"]) == ("5", "10")
    assert between.headers["upload-metadata"].startswith("filename ")
    assert between.headers["cache-control"] == "no-store"
    assert "upload-expires" in first.headers
    assert second.headers["huiting-recording"] == hashlib.sha256(b"1234567890").hexdigest()
    assert after["recording"] == second.headers["huiting-recording"]
    assert job.order.payload["options"] == '{"language": "zh"}'
    assert list((served.folder / "uploads").iterdir()) == []
    assert served.web.head(upload, headers=TUS).headers["upload-offset"] == "10"


def test_what_is_spoken(served: Served) -> None:
    answer = served.web.options(URL)

    assert answer.headers["tus-extension"] == "creation,expiration,checksum,termination"
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256,md5"
    assert answer.headers["tus-version"] == "1.0.0"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Upload-Length": "9"}, 412, id="another version"),
        pytest.param(TUS, 422, id="no length"),
        pytest.param({**TUS, "Upload-Length": "x"}, 422, id="no number"),
        pytest.param({**TUS, "Upload-Length": "0"}, 422, id="an empty file"),
        pytest.param({**TUS, "Upload-Length": "9" * 19}, 422, id="out of reach"),
        pytest.param({**TUS, "Upload-Length": str(5 << 30)}, 413, id="too large"),
        pytest.param({**TUS, "Upload-Length": "9", "Upload-Metadata": "a !"}, 422, id="no base64"),
        pytest.param(
            {**TUS, "Upload-Length": "9", "Upload-Metadata": "language " + "enp6enp6"}, 422,
            id="no language",
        ),
    ],
)  # fmt: skip
def test_uploads_that_are_not_begun(headers: dict[str, str], status: int, served: Served) -> None:
    assert served.web.post(URL, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({**PIECE, "Upload-Offset": "4"}, 409, id="elsewhere"),
        pytest.param({**TUS, "Upload-Offset": "0"}, 415, id="no piece"),
        pytest.param(PIECE, 422, id="no offset"),
        pytest.param({**PIECE, "Upload-Offset": "0", "Tus-Resumable": "0.2"}, 412, id="version"),
        pytest.param({**PIECE, "Upload-Offset": "0", "Upload-Checksum": "crc 1"}, 422, id="sum"),
        pytest.param({**PIECE, "Upload-Offset": "0", "Upload-Checksum": "md5 !"}, 422, id="base64"),
    ],
)
def test_pieces_that_are_not_taken(headers: dict[str, str], status: int, served: Served) -> None:
    upload = create(served)
    answer = served.web.patch(upload, content=b"12345", headers=headers)

    assert answer.status_code == status
    assert served.web.head(upload, headers=TUS).headers["upload-offset"] == "0"


def test_a_damaged_piece_leaves_nothing(served: Served) -> None:
    upload = create(served)
    wrong = "sha1 " + b64encode(hashlib.sha1(b"other").digest()).decode()
    right = "sha256 " + b64encode(hashlib.sha256(b"12345").digest()).decode()
    headers = {**PIECE, "Upload-Offset": "0"}
    bad = served.web.patch(upload, content=b"12345", headers=headers | {"Upload-Checksum": wrong})
    offset = served.web.head(upload, headers=TUS).headers["upload-offset"]
    good = served.web.patch(upload, content=b"12345", headers=headers | {"Upload-Checksum": right})

    assert (bad.status_code, offset) == (460, "0")
    assert (good.status_code, good.headers["upload-offset"]) == (204, "5")


def test_no_more_is_taken_than_was_announced(served: Served) -> None:
    upload = create(served, 4)
    answer = served.web.patch(upload, content=b"12345", headers={**PIECE, "Upload-Offset": "0"})

    assert answer.status_code == 413
    assert served.web.head(upload, headers=TUS).headers["upload-offset"] == "0"


def test_one_piece_at_a_time(served: Served) -> None:
    upload = create(served)
    other = served.parts.uploads.append(upload.rpartition("/")[2], 0, None, ROOT)
    locked = served.web.patch(upload, content=b"12345", headers={**PIECE, "Upload-Offset": "0"})
    removed = served.web.delete(upload, headers=TUS)
    other.write(b"123")
    other.close()
    after = served.web.head(upload, headers=TUS)

    assert (locked.status_code, removed.status_code) == (423, 423)
    assert after.headers["upload-offset"] == "3"  # what came before the line broke


def test_what_was_never_told_is_not_believed(served: Served) -> None:
    upload = create(served)
    file = served.folder / "uploads" / upload.rpartition("/")[2]
    file.write_bytes(b"garbage that a crash left")
    served.web.patch(upload, content=b"12345", headers={**PIECE, "Upload-Offset": "0"})
    done = served.web.patch(upload, content=b"67890", headers={**PIECE, "Upload-Offset": "5"})

    assert done.headers["huiting-recording"] == hashlib.sha256(b"1234567890").hexdigest()


def test_a_file_that_was_whole_before_a_crash_is_handed_in_when_it_is_asked_for(
    served: Served,
) -> None:
    upload = create(served)
    name = upload.rpartition("/")[2]
    (served.folder / "uploads" / name).write_bytes(b"1234567890")
    found = served.parts.uploads.find(name, ROOT)
    served.parts.uploads.advanced(found, 10)  # and no further

    answer = served.web.head(upload, headers=TUS)

    assert answer.headers["huiting-recording"] == hashlib.sha256(b"1234567890").hexdigest()


def test_uploads_expire(served: Served) -> None:
    upload = create(served)
    name = upload.rpartition("/")[2]
    served.clock.at += timedelta(days=3)
    gone = served.web.head(upload, headers=TUS)
    piece = served.web.patch(upload, content=b"1", headers={**PIECE, "Upload-Offset": "0"})
    create(served)

    assert (gone.status_code, piece.status_code) == (410, 410)
    assert not (served.folder / "uploads" / name).exists()
    assert served.web.head(upload, headers=TUS).status_code == 404


def test_uploads_are_removed(served: Served) -> None:
    upload = create(served)
    removed = served.web.delete(upload, headers=TUS)

    assert removed.status_code == 204
    assert served.web.head(upload, headers=TUS).status_code == 404
    assert served.web.delete(upload, headers=TUS).status_code == 404


def test_an_upload_whose_bytes_were_lost_is_gone(served: Served) -> None:
    upload = create(served)
    (served.folder / "uploads" / upload.rpartition("/")[2]).unlink()
    answer = served.web.patch(upload, content=b"1", headers={**PIECE, "Upload-Offset": "0"})

    assert answer.status_code == 410
    assert served.web.delete(upload, headers=TUS).status_code == 204


def test_uploads_of_others_are_not_there(served: Served) -> None:
    upload = create(served)

    assert served.web.get(upload, headers=served.by("other")).status_code == 404
    assert served.web.delete(upload, headers=TUS | served.by("other")).status_code == 404


def test_offsets_outlive_the_process(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        upload = create(served)
        served.web.patch(upload, content=b"12345", headers={**PIECE, "Upload-Offset": "0"})
    with serving(tmp_path, Limits(upload=100)) as served:
        assert served.web.head(upload, headers=TUS).headers["upload-offset"] == "5"
