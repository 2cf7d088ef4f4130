"""Engines compared, over HTTP: who may ask, who sees what, and what is never shown."""

import csv
import io
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from compared import FIRST, NUMBER, SECOND, comparison, end
from huiting.jobs.job import State
from huiting.service.comparisons.job import KIND
from served import NOON, Served, refund

URL = "/api/v1/comparisons"


def keep(served: Served, name: str = "a", *, team: str = "A", audio: bool = True) -> str:
    """Save a call, with bytes or without; return its id."""
    sound = f"sound of {name}".encode()
    made = refund(name, team=team)
    recording = replace(made.call.recording, id=sha256(sound).hexdigest())
    if audio:
        served.parts.recordings.vault.take(io.BytesIO(sound))
    return served.save(replace(made, call=replace(made.call, recording=recording)))


def ask(served: Served, *calls: str, status: int = 202, by: str = "root", **more: Any) -> Any:  # noqa: ANN401
    wanted = {"calls": list(calls), "engines": [FIRST, SECOND]} | more
    answer = served.web.post(URL, json=wanted, headers=served.by(by))
    assert answer.status_code == status, answer.text
    return answer.json()


def read(served: Served, comparison: str, by: str = "root", **query: str) -> Any:  # noqa: ANN401
    answer = served.web.get(f"{URL}/{comparison}", params=query, headers=served.by(by))
    assert answer.status_code == 200, answer.text
    return answer.json()


def done(served: Served, **more: Any) -> tuple[str, str]:  # noqa: ANN401
    """Return a call, and a comparison that is done."""
    call = keep(served)
    one = ask(served, call)["id"]
    end(served.parts.store, one, comparison(call, **more), NOON)
    return call, one


def test_what_is_asked_for_waits_for_a_worker(served: Served) -> None:
    call = keep(served)
    asked = ask(served, call, call[:12])

    assert (asked["state"], asked["calls"], asked["left_out"], asked["mine"]) == (
        "waiting", 1, 1, True,
    )  # fmt: skip
    assert read(served, asked["id"])["figures"] == []
    job = served.parts.queue.find(KIND, asked["id"])
    assert job is not None
    assert job.order.owner == "user:root"


def test_calls_without_a_recording_are_left_out_and_counted(served: Served) -> None:
    asked = ask(served, keep(served), keep(served, "b", audio=False), "f" * 64)

    assert (asked["calls"], asked["left_out"]) == (1, 2)


@pytest.mark.parametrize(
    ("more", "detail"),
    [
        ({"engines": ["nobody"]}, "none is called so"),
        ({"calls": ["f" * 64]}, "of none the recording is kept"),
        ({"engines": []}, "engines"),
        ({"calls": ["../x"]}, "calls"),
    ],
    ids=["no such engine", "no recording", "no engine", "no id"],
)
def test_what_makes_no_sense_is_refused(served: Served, more: dict[str, Any], detail: str) -> None:
    told = ask(served, keep(served), status=422, **more)

    assert detail in str(told)


def test_figures_lines_and_differences_are_told(served: Served) -> None:
    call, one = done(served)
    told = read(served, one, unredacted="true")

    assert (told["state"], told["referenced"], told["common"]) == ("done", True, 1)
    first, second = told["figures"]
    assert first["errors"] == {"character": {"edits": 1, "units": 20, "rate": 0.05}}
    assert (first["speed"], first["memory"], second["memory"]) == (10.0, 300_000_000, None)
    assert (first["card_memory"], second["card_memory"]) == (2_000_000_000, None)
    assert (second["heard_again"], second["heard_by_fallback"]) == (5.0, 65.0)
    assert told["apart"][0]["difference"] == {"edits": 5, "units": 25, "rate": 0.2}
    assert [(one["call"], one["edits"], one["hidden"]) for one in told["lines"]] == [
        (call, 3, False), (call, 2, False),
    ]  # fmt: skip
    assert told["lines"][0]["said"] == NUMBER


def test_lines_with_personal_data_are_hidden_whatever_an_engine_heard(served: Served) -> None:
    _, one = done(served)
    private, harmless = read(served, one)["lines"]

    assert (private["hidden"], private["said"], private["heard"]) == (True, None, {})
    assert harmless["heard"][SECOND] == "我要推货你们慢了"
    assert "13800138000" not in harmless["name"]


def test_who_may_not_see_personal_data_cannot_ask_for_it(served: Served) -> None:
    _, one = done(served)
    answer = served.web.get(f"{URL}/{one}?unredacted=true", headers=served.by("viewer"))

    assert answer.status_code == 403


def test_who_sees_a_team_sees_comparisons_of_its_calls_alone(served: Served) -> None:
    both = ask(served, keep(served), keep(served, "b", team="B"))["id"]
    own = ask(served, keep(served, "c", team="A"))["id"]

    listed = served.web.get(URL, headers=served.by("team-a")).json()["items"]
    assert [one["id"] for one in listed] == [own]
    assert served.web.get(f"{URL}/{both}", headers=served.by("team-a")).status_code == 404
    assert len(served.web.get(URL).json()["items"]) == 2


def test_calls_that_one_may_not_see_are_not_heard(served: Served) -> None:
    other = keep(served, "b", team="B")

    assert ask(served, keep(served), other, by="team-a")["left_out"] == 1
    ask(served, other, by="team-a", status=422)


def test_only_who_may_change_calls_asks(served: Served) -> None:
    ask(served, keep(served), by="viewer", status=403)


def test_why_a_call_was_not_heard_is_told(served: Served) -> None:
    call, deaf = keep(served), keep(served, "b")
    one = ask(served, call, deaf)["id"]
    end(served.parts.store, one, comparison(call, deaf=deaf), NOON, 2)

    [unheard] = read(served, one)["unheard"]
    assert (unheard["engine"], unheard["call"]) == (SECOND, deaf)
    assert unheard["reason"] == "no audio that we can read"


def test_of_calls_in_the_bin_nothing_is_shown(served: Served) -> None:
    call, one = done(served)
    served.web.delete(f"/api/v1/calls/{call}")
    told = read(served, one)

    assert told["lines"] == []
    assert told["figures"][0]["errors"]["character"]["edits"] == 1


def test_what_is_removed_is_gone_and_its_job_called_off(served: Served) -> None:
    asked = ask(served, keep(served))

    assert served.web.delete(f"{URL}/{asked['id']}").status_code == 204
    assert served.web.get(f"{URL}/{asked['id']}").status_code == 404
    assert served.parts.queue.get(asked["job"]).state is State.CANCELLED


def test_nobody_removes_what_others_asked_for(served: Served) -> None:
    reviewer = served.by("viewer")
    asked = ask(served, keep(served))

    assert served.web.delete(f"{URL}/{asked['id']}", headers=reviewer).status_code == 403


def test_it_is_on_record_who_asked_saw_and_took_along(served: Served) -> None:
    _, one = done(served)
    read(served, one)
    served.web.get(f"{URL}/{one}/export")
    served.web.delete(f"{URL}/{one}")

    entries = served.parts.reviewing.audit.entries()
    told = [
        (str(e.entry.action), e.entry.detail.get("kind"))
        for e in entries
        if e.entry.subject == f"comparison:{one}"
    ]
    assert sorted(told, key=str) == [
        ("added", "comparison"), ("deleted", "comparison"), ("exported", None), ("saw", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("engines", [(FIRST, "character", "1"), (SECOND, "character", "4")]),
        ("apart", [(FIRST, SECOND, "5"), (SECOND, FIRST, "5")]),
    ],
)
def test_tables_are_taken_along(
    served: Served, table: str, rows: list[tuple[str, str, str]]
) -> None:
    _, one = done(served)
    answer = served.web.get(f"{URL}/{one}/export", params={"table": table})

    assert "attachment" in answer.headers["content-disposition"]
    found = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [tuple(row[:3]) for row in found[1:]] == rows


def test_lines_are_taken_along_without_personal_data(served: Served) -> None:
    _, one = done(served)
    text = served.web.get(f"{URL}/{one}/export?table=lines").text
    private, harmless = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))

    assert (private["hidden"], private[FIRST]) == ("yes", "")
    assert harmless[SECOND] == "我要推货你们慢了"
    assert "一三八零" not in text


def test_without_corrections_there_are_no_errors(served: Served) -> None:
    _, one = done(served, referenced=False)
    text = served.web.get(f"{URL}/{one}/export").text
    row = next(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    assert (row["engine"], row["unit"], row["errors"]) == (FIRST, "", "")


def test_what_is_not_done_cannot_be_taken_along(served: Served) -> None:
    one = ask(served, keep(served))["id"]

    assert served.web.get(f"{URL}/{one}/export").status_code == 409
