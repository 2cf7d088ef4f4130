"""Remarks and corrections over HTTP: who may write, what of them others see, what they tell."""

from dataclasses import replace

import pytest

from huiting.core.analysis import Analysis
from huiting.core.types import Segment
from served import Served, refund

NUMBER = "13912345678"


def remark(served: Served, call: str, text: str = "说得好", *, by: str = "root") -> int:
    url, body = f"/api/v1/calls/{call}/remarks", {"text": text, "moment": 2.5}
    answer = served.web.post(url, json=body, headers=served.by(by))
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def correct(served: Served, call: str, segment: int, text: str | None, **more: object) -> int:
    url = f"/api/v1/calls/{call}/corrections/{segment}"
    return served.web.put(url, json={"text": text, **more}).status_code


def test_a_remark_is_kept_with_its_author_and_moment(served: Served, call: str) -> None:
    made = remark(served, call)

    [found] = served.web.get(f"/api/v1/calls/{call}/remarks").json()
    assert found == {
        "id": made, "call": call, "text": "说得好", "moment": 2.5, "by": "user:root",
        "name": "root", "at": "2025-03-12T12:00:00Z",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"text": " "}, 422, id="empty"),
        pytest.param({"text": "x" * 4001}, 422, id="too long"),
        pytest.param({"text": "x", "moment": 99}, 422, id="after the call"),
        pytest.param({"text": "x", "more": 1}, 422, id="more than is asked"),
    ],
)
def test_what_is_no_remark(served: Served, call: str, body: dict[str, object], status: int) -> None:
    url = f"/api/v1/calls/{call}/remarks"

    assert served.web.post(url, json=body).status_code == status
    assert served.web.get(url).json() == []


def test_what_others_said_only_who_may_delete_calls_removes(served: Served, call: str) -> None:
    made = remark(served, call)
    url = f"/api/v1/calls/{call}/remarks/{made}"

    assert served.web.delete(url, headers=served.by("viewer")).status_code == 403
    assert served.web.delete(url, headers=served.by("team-b")).status_code == 404
    assert served.web.delete(url, headers=served.by("other")).status_code == 204
    assert served.web.delete(url).status_code == 404


def test_who_only_looks_may_not_write(served: Served, call: str) -> None:
    headers = served.by("viewer")
    at = f"/api/v1/calls/{call}"

    assert served.web.post(at + "/remarks", json={"text": "x"}, headers=headers).status_code == 403
    answer = served.web.put(at + "/corrections/0", json={"text": "x"}, headers=headers)
    assert answer.status_code == 403
    assert served.web.get("/api/v1/corrections/words", headers=headers).status_code == 403


def test_personal_data_in_what_people_wrote_is_covered(served: Served, call: str) -> None:
    remark(served, call, f"请回电{NUMBER}")
    correct(served, call, 1, f"我要退货，打我电话{NUMBER}")

    for kind in ("remarks", "corrections"):
        url = f"/api/v1/calls/{call}/{kind}"
        covered = served.web.get(url).text
        assert NUMBER not in covered
        assert "[PHONE]" in covered
        assert NUMBER in served.web.get(url + "?unredacted=true").text


def test_a_line_of_which_part_is_hidden_is_not_corrected_blindly(served: Served, call: str) -> None:
    assert correct(served, call, 3, "我的手机号是[PHONE]。") == 403

    url = f"/api/v1/calls/{call}/corrections/3?unredacted=true"
    body = {"text": f"我的手机号是{NUMBER}。"}
    assert served.web.put(url, json=body).status_code == 200


def test_a_correction_keeps_what_the_machine_wrote(served: Served, call: str) -> None:
    correct(served, call, 1, "我要 退火")
    correct(served, call, 1, "我要退货，你们太慢了。", version=1)

    found = served.web.get(f"/api/v1/calls/{call}/corrections").json()
    assert [one["text"] for one in found] == ["我要 退火", "我要退货，你们太慢了。"]
    assert {one["heard"] for one in found} == {"我要退货，你们太慢了！"}
    assert found[0]["segment"] == 1
    segments = served.web.get(f"/api/v1/calls/{call}/segments").json()["items"]
    assert segments[1]["text"] == "我要退货，你们太慢了！"


@pytest.mark.parametrize(
    ("segment", "body", "status"),
    [
        pytest.param(99, {"text": "x"}, 404, id="no such segment"),
        pytest.param(0, {"text": "x", "version": 7}, 409, id="of another version"),
        pytest.param(0, {"text": "x" * 4001}, 422, id="too long"),
        pytest.param(0, {}, 422, id="nothing said"),
    ],
)
def test_what_is_no_correction(
    served: Served, call: str, segment: int, body: dict[str, object], status: int
) -> None:
    answer = served.web.put(f"/api/v1/calls/{call}/corrections/{segment}", json=body)

    assert answer.status_code == status


def spoken(name: str, *texts: str) -> Analysis:
    """Return a call in which this is said, in Chinese."""
    made = refund(name)
    segments: list[Segment] = [
        replace(segment, text=text, spoken=text, words=(), edits=(), language="zh")
        for segment, text in zip(made.call.segments, texts, strict=False)
    ]
    return replace(made, call=replace(made.call, segments=tuple(segments)))


def test_corrections_tell_how_well_the_engine_does_and_which_words_it_misses(
    served: Served,
) -> None:
    first = served.save(spoken("a", "我要退会", "好的"))
    second = served.save(spoken("b", "申请退会"))
    correct(served, first, 0, "我要退货")
    correct(served, first, 1, "好的")
    correct(served, second, 0, "申请退货")

    [rate] = served.web.get("/api/v1/corrections/rates").json()
    assert (rate["edits"], rate["units"], rate["lines"], rate["right"]) == (2, 10, 3, 1)
    assert rate["rate"] == pytest.approx(0.2)
    assert served.web.get("/api/v1/corrections/words").status_code == 403
    words = served.web.get("/api/v1/corrections/words?unredacted=true").json()
    assert words == [{"word": "退货", "lines": 2, "heard": ["退会"]}]


def test_a_correction_that_was_taken_back_counts_no_longer(served: Served, call: str) -> None:
    correct(served, call, 1, "")
    assert served.web.get("/api/v1/corrections/rates").json()[0]["rate"] is None

    correct(served, call, 1, None)
    assert served.web.get("/api/v1/corrections/rates").json() == []


def test_rates_of_others_are_not_counted(served: Served, call: str) -> None:
    correct(served, call, 1, "我要")

    assert served.web.get("/api/v1/corrections/rates", headers=served.by("team-b")).json() == []
