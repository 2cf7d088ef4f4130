"""Bodies that are made to be expensive or to be misread: JSON, YAML, forms, numbers, patterns."""

import time
from collections.abc import Mapping

import pytest

from huiting.service.library.kinds import Kind
from served import Served

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
DEEP = 100_000
BODIES = {
    "deep-list": b'{"body": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep-object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "long-number": b'{"body": "x", "most": ' + b"9" * 6_000 + b"}",
    "large-exponent": b'{"body": "x", "most": 1e999}',
    "not-a-number": b'{"body": "x", "most": NaN}',
    "infinite": b'{"body": "x", "most": -Infinity}',
    "lone-surrogate": b'{"body": "\\ud800"}',
    "surrogate-key": b'{"body": "x", "\\udfff": 1}',
    "other-encoding": '{"body": "x"}'.encode("utf-16"),
    "cut-off": b'{"body": "x',
    "not-json": b"\x80\x04\x95",
}


@pytest.mark.parametrize("content", BODIES.values(), ids=BODIES)
def test_json_that_cannot_be_used_is_refused(served: Served, content: bytes) -> None:
    began = time.process_time()
    answer = served.web.post("/api/v1/trials", content=content, headers=JSON)

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert time.process_time() - began < 5


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_no_number_is_none(served: Served, call: str, number: str) -> None:
    review = f'{{"rule": "a", "decision": "confirmed", "seconds": {number}}}'
    url = f"/api/v1/calls/{call}"

    assert served.web.post(f"{url}/reviews", content=review, headers=JSON).status_code == 422
    assert served.web.get(f"{url}/clip?start={number}&end=2").status_code == 422
    assert served.web.get(f"/api/v1/calls?duration_min={number}").status_code == 422


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"], ids=["before", "after"]
)
def test_a_time_that_is_none_elsewhere_is_refused(served: Served, when: str) -> None:
    files = {"files": ("a.wav", b"sound")}
    answer = served.web.post("/api/v1/recordings", files=files, data={"started_at": when})

    assert answer.status_code == 422
    assert served.web.get("/api/v1/calls", params={"since": when}).status_code in (200, 422)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
YAML = {
    "aliases": BOMB,
    "deep": "[" * 50_000,
    "deep-mapping": "\n".join(" " * n + "a:" for n in range(500)),
    "object": "!!python/object/apply:os.system ['true']",
    "merge": "a: &a {b: 1}\nc: {<<: *a}",
    "documents": "a: 1\n---\nb: 2\n",
    "nothing": "",
    "control": "a: \x00",
    "number": "a: " + "9" * 6_000,
}


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.HOTWORDS])
@pytest.mark.parametrize("body", YAML.values(), ids=YAML)
def test_yaml_that_grows_or_runs_is_refused(served: Served, kind: Kind, body: str) -> None:
    began = time.process_time()
    answer = served.web.post(f"/api/v1/library/{kind}/check", json={"body": body})

    assert answer.status_code == 200
    assert answer.json()["mistakes"]
    assert time.process_time() - began < 5


RULES = """format: huiting-rules/1
rules:
  - id: a
    name: a
    require: {regex: %s}
"""
PATTERNS = [
    "(a+)+$", "(a|aa)+$", "(.*a){20}", "(a|a)*b", "(?:a?){30}a{30}", r"(\w+\s?)*!", ".*.*.*=",
    r"(a)\1+", "((a{1,50}){1,50}){1,50}",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_that_some_text_takes_forever_is_refused(served: Served, pattern: str) -> None:
    began = time.process_time()
    body = RULES % f"'{pattern}'"
    answer = served.web.post("/api/v1/library/rules/check", json={"body": body})
    said = " ".join(found["reason"] for found in answer.json()["mistakes"])

    assert "repetition" in said or "points back" in said or "no pattern" in said, said
    assert time.process_time() - began < 5


def test_a_pattern_that_is_bearable_is_taken(served: Served) -> None:
    body = RULES % "'退.{0,5}货'"

    assert served.web.post("/api/v1/library/rules/check", json={"body": body}).json() == {
        "mistakes": []
    }


def fields(number: int) -> bytes:
    each = b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nv\r\n'
    return b"".join(each % n for n in range(number)) + b"--x--\r\n"


def files(number: int) -> bytes:
    each = b'--x\r\nContent-Disposition: form-data; name="files"; filename="%d.wav"\r\n\r\nv\r\n'
    return b"".join(each % n for n in range(number)) + b"--x--\r\n"


def part(header: bytes, content: bytes = b"v") -> bytes:
    return b"--x\r\n" + header + b"\r\n\r\n" + content + b"\r\n--x--\r\n"


NAMED = b'Content-Disposition: form-data; name="files"; filename="a.wav"'
FORMS: Mapping[str, bytes] = {
    "fields": fields(5_000),
    "files": files(501),
    "headers": part(b"X: y\r\n" * 50_000 + NAMED),
    "long-header": part(NAMED + b"x" * (1 << 20)),
    "long-field": part(b'Content-Disposition: form-data; name="metadata"', b"x" * (2 << 20)),
    "no-name": part(b"Content-Disposition: form-data"),
    "no-end": part(NAMED)[:-6],
    "nothing": b"",
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_a_form_that_is_too_much_or_none_is_refused(served: Served, content: bytes) -> None:
    # The file of a form that breaks off is closed when Python forgets it, with a warning.
    answer = served.web.post("/api/v1/recordings", content=content, headers=FORM)

    assert answer.status_code in (400, 413, 422)
    assert not list((served.folder / "recordings").rglob("?" * 64))


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5_000, "0" * 5_000 + "9" * 20])
def test_a_length_out_of_reach_is_refused(served: Served, length: str) -> None:
    for kind in ("application/json", "multipart/form-data; boundary=x"):
        headers = {"Content-Length": length, "Content-Type": kind}
        answer = served.web.post("/api/v1/recordings", content=b"x", headers=headers)
        assert answer.status_code == 413, kind


def test_metadata_is_an_object_of_short_texts(served: Served) -> None:
    wrong = [
        "[" * 100_000, '{"a": NaN}', '{"a": {"b": "c"}}', '{"a": "\\ud800"}', '{"a": "b\\nc"}',
        '{"\\u202ea": "b"}', '{"a": "' + "x" * 2_001 + '"}', '"' + "x" * 10 + '"',
        "{" + ", ".join(f'"{n}": "x"' for n in range(101)) + "}",
    ]  # fmt: skip
    for text in wrong:
        sent = served.web.post(
            "/api/v1/recordings", files={"files": ("a.wav", b"a")}, data={"metadata": text}
        )
        assert sent.status_code == 422, text[:40]
