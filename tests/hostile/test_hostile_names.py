"""Names that strangers give: of files they hand in, in headers of what is fetched, as paths."""

import re
from urllib.parse import unquote

import pytest

from huiting.web.ranges import disposition
from served import Served, refund

URL = "/api/v1/recordings"
TRICKS = {
    "up": "../../../etc/passwd.wav",
    "absolute": "/etc/shadow.wav",
    "drive": "C:\\Users\\x\\a.wav",
    "right-to-left": "call\u202evaw.exe",
    "invisible": "a\u200b\u2066b.wav",
    "long": "x" * 3_996 + ".wav",
    "header": "a\r\nSet-Cookie: x=1\r\n.wav",
    "quote": 'a".wav"; filename="evil.html',
    "formula": "=HYPERLINK(1).wav",
    "percent": "%2e%2e%2f%00.wav",
    "dots": "..",
    "device": "CON.wav",
}


@pytest.mark.parametrize("name", TRICKS.values(), ids=TRICKS)
def test_a_name_is_shown_and_is_never_a_path(served: Served, name: str) -> None:
    answer = served.web.post(URL, files={"files": (name, b"sound")})
    [taken] = answer.json()["accepted"]
    under = {path.name for path in served.folder.rglob("*") if path.is_file()}

    assert answer.status_code == 202
    assert taken["name"].isprintable()
    assert len(taken["name"]) <= 255
    assert not {"/", "\\"} & set(taken["name"])
    assert taken["recording"] in under
    assert not any("passwd" in found or "shadow" in found for found in under)


def test_a_name_in_pieces_of_an_upload_is_cleaned_too(served: Served) -> None:
    tus = {"Tus-Resumable": "1.0.0"}
    named = "filename Li4vLi4vZXRjL3Bhc3N3ZA=="  # ../../etc/passwd
    made = served.web.post(
        "/api/v1/uploads", headers=tus | {"Upload-Length": "5", "Upload-Metadata": named}
    )
    where = made.headers["location"]
    piece = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    done = served.web.patch(where, content=b"sound", headers=tus | piece)

    assert (made.status_code, done.status_code) == (201, 204)
    assert not [path for path in served.folder.rglob("*") if path.name == "passwd"]


@pytest.mark.parametrize("name", TRICKS.values(), ids=TRICKS)
def test_no_name_breaks_out_of_a_header(name: str) -> None:
    """As RFC 6266 and RFC 8187 have it: a plain name in quotes, and the exact one encoded."""
    header = disposition(name, save=True)
    found = re.fullmatch(
        r"attachment; filename=\"([ !#-$&-.0-\[\]-~]*)\"; filename\*=UTF-8''([\w.~%-]*)",
        header,
        re.ASCII,
    )

    assert found is not None
    assert unquote(found[2]) == name


def test_a_call_of_such_a_name_is_fetched_in_one_header(served: Served) -> None:
    made = refund()
    path = '/calls/语\r\nX-Evil: 1".html'
    recording = type(made.call.recording)
    held = {f: getattr(made.call.recording, f) for f in recording.__slots__} | {"path": path}
    call = type(made.call)
    whole = {f: getattr(made.call, f) for f in call.__slots__} | {"recording": recording(**held)}
    parts = {f: getattr(made, f) for f in type(made).__slots__} | {"call": call(**whole)}
    served.save(type(made)(**parts))
    answer = served.web.get(
        f"/api/v1/calls/{made.call.recording.id}/export?format=json&unredacted=true"
    )

    assert answer.status_code == 200
    assert "x-evil" not in answer.headers
    assert "\r" not in answer.headers["content-disposition"]
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("name", ["𠀀" * 64, "语" * 64 + "x"], ids=["four-bytes", "too-long"])
def test_a_document_has_a_name_that_a_file_can_have(served: Served, name: str) -> None:
    answer = served.web.put(f"/api/v1/library/hotwords/{name}", json={"body": "慧听"})

    assert answer.status_code == 422


def test_a_document_has_no_path_for_a_name(served: Served) -> None:
    for name in ("..%2Fa", "%2e%2e", "a%00", "a%2Fb", "%20a"):
        answer = served.web.put(f"/api/v1/library/hotwords/{name}", json={"body": "慧听"})
        assert answer.status_code in (404, 405, 422), name
