"""The page of compared engines: who may use it, what it says in each state, what it never shows."""

import html
import io
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from compared import NUMBER, comparison, end
from huiting.access.permissions import UserRole
from huiting.core.types import Span
from huiting.jobs.job import Trouble
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.service.comparisons.job import KIND
from huiting.service.views import View
from huiting.store.remarks import Author, Correction, Heard, Remarks
from huiting.web.parts import Parts
from huiting.web.site.compare.table import engine_rows, matrix
from served import NOON, PEOPLE, refund
from unit.web.site.conftest import HTML, Site

MAY = {UserRole.ADMINISTRATOR, UserRole.SUPERVISOR, UserRole.REVIEWER, UserRole.INTEGRATOR}
PATH = "/compare/"


def keep(parts: Parts, name: str = "a", **more: str) -> str:
    """Save a call with its bytes; return its id."""
    sound = f"sound of {name}".encode()
    made = refund(name, **more)
    call = parts.recordings.vault.take(io.BytesIO(sound)).id
    recording = replace(made.call.recording, id=call)
    parts.store.save(replace(made, call=replace(made.call, recording=recording)), at=NOON)
    assert call == sha256(sound).hexdigest()
    return call


def ask(site: Site, *calls: str) -> str:
    """Have two engines compared; return the id."""
    answer = site.web.post(
        "/compare",
        data={"engine": ["whisper", "second"], "ids": "\n".join(calls)},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200, answer.text
    return str(answer.headers["HX-Redirect"]).removeprefix(PATH)


def done(site: Site, **more: Any) -> tuple[str, str]:  # noqa: ANN401
    """Return a call, and a comparison that is done."""
    call = keep(site.parts)
    one = ask(site, call)
    end(site.parts.store, one, comparison(call, **more), NOON)
    return call, one


def correct(parts: Parts, call: str) -> None:
    heard = Heard(1, 1, 1, Span(2.5, 5.0), "我要推货", "zh", "whisper")
    said = Correction(call, heard, "我要退货", Author("user:1", "root"), NOON)
    with parts.store.database.writing() as connection:
        Remarks(parts.store.database).correct(connection, said)


@pytest.mark.parametrize("role", UserRole, ids=lambda role: role.value)
def test_who_may_change_calls_is_offered_it(site: Site, role: UserRole) -> None:
    site.enter(role)
    site.read("/compare", 200 if role in MAY else 403)


def test_what_came_of_it_is_for_who_sees_its_calls(site: Site) -> None:
    site.enter()
    _, one = done(site)
    site.enter(UserRole.VIEWER)
    page = site.read(PATH + one)

    assert "fewest errors" in page
    assert "Remove" not in page
    assert "Comparisons</a>" not in page


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Nothing was compared yet"), ("zh", "还没有对比记录")],
    ids=["English", "Chinese"],
)
def test_without_anything_it_says_so(site: Site, language: str, sentence: str) -> None:
    site.enter(language=language)
    page = site.read("/compare")

    assert sentence in page
    assert 'value="corrected" disabled' in page


def test_calls_in_the_address_are_filled_in(site: Site) -> None:
    site.enter()

    assert "&lt;script&gt;" in site.read("/compare?call=%3Cscript%3E")


def test_with_one_engine_it_says_how_there_become_more(site: Site) -> None:
    site.enter()
    alone = replace(site.parts, engines=("whisper",))
    site.web.app.state.parts = alone  # type: ignore[attr-defined]

    assert "There is only one engine here" in site.read("/compare")


def test_corrected_calls_are_taken_without_naming_them(site: Site) -> None:
    site.enter()
    correct(site.parts, keep(site.parts))
    keep(site.parts, "b")
    assert 'value="corrected" checked' in site.read("/compare")
    fields = {"engine": "whisper", "which": "corrected", "count": "5"}
    answer = site.web.post("/compare", data=fields, headers={"HX-Request": "true"})

    [standing] = site.parts.comparer.latest(PEOPLE["root"])
    assert standing.asked.calls == (sha256(b"sound of a").hexdigest(),)
    assert answer.headers["HX-Redirect"] == PATH + standing.asked.id


def test_calls_that_are_ticked_are_compared(site: Site) -> None:
    site.enter()
    call = keep(site.parts)
    assert "Compare engines" in site.read("/calls")
    answer = site.web.post(
        "/compare/chosen", data={"call": call, "engine": "second"}, headers={"HX-Request": "true"}
    )

    page = site.read(answer.headers["HX-Redirect"])
    assert "Comparison: second" in page


def test_nothing_chosen_is_a_notice(site: Site) -> None:
    site.enter()
    keep(site.parts)

    assert "none, or too many" in site.send("/compare", 422, ids=sha256(b"sound of a").hexdigest())


def test_while_it_waits_the_page_asks_again_and_it_can_be_stopped(site: Site) -> None:
    site.enter()
    one = ask(site, keep(site.parts))
    page = site.read(PATH + one)
    assert "It waits for its turn." in page
    assert 'hx-trigger="every 3s"' in page

    stopped = site.send(f"{PATH}{one}/stop")
    assert "It was stopped" in stopped
    assert "hx-trigger" not in stopped


def test_while_it_runs_it_says_which_engine_hears(site: Site) -> None:
    site.enter(language="zh")
    one = ask(site, keep(site.parts))
    claims = Claims(site.parts.queue.ledger)
    [lease] = claims.claim("tester", [KIND], 1)
    Running(lease, claims).advance("second", 0.5)

    answer = site.web.get(PATH + one, headers={"HX-Request": "true"})
    assert "second 正在识别 · 50%" in answer.text
    assert "HX-Refresh" not in answer.headers


def test_when_it_is_done_the_page_is_read_anew(site: Site) -> None:
    site.enter()
    _, one = done(site)
    answer = site.web.get(PATH + one, headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"


def test_what_failed_says_why(site: Site) -> None:
    site.enter()
    one = ask(site, keep(site.parts))
    claims = Claims(site.parts.queue.ledger)
    [lease] = claims.claim("tester", [KIND], 1)
    claims.fail(lease, Trouble("engine", "it broke", "try again"), retryable=False)

    page = site.read(PATH + one)
    assert "It could not be done." in page
    assert "it broke" in page


def test_figures_and_lines_are_side_by_side(site: Site) -> None:
    site.enter()
    call, one = done(site)
    page = html.unescape(site.read(f"{PATH}{one}?unredacted=true"))

    assert "fewest errors" in page
    assert "<strong>5.0%</strong>" in page
    assert "10 ×" in page
    assert f"/calls/{call}?t=2.5&unredacted=true" in page
    assert f"/api/v1/calls/{call}/clip?start=2.20&end=5.30&unredacted=true" in page
    assert '我要<mark class="differs">推</mark>货你们<del class="lacks">太</del>慢了' in page
    assert NUMBER in page


def test_personal_data_is_not_shown_without_asking(site: Site) -> None:
    site.enter(UserRole.REVIEWER)
    _, one = done(site)
    page = site.read(PATH + one)

    assert "Personal data was said here" in page
    assert "一三八零" not in page
    assert "Show personal data" not in page
    site.read(f"{PATH}{one}?unredacted=true", 403)
    site.read(f"{PATH}{one}/lines?unredacted=true", 403)


def test_without_corrections_it_says_that_nobody_knows_who_is_right(site: Site) -> None:
    site.enter(language="zh")
    _, one = done(site, referenced=False)
    page = site.read(PATH + one)

    assert "没有人工更正" in page
    assert "错误最少" not in page


def test_more_lines_come_when_asked_for(site: Site) -> None:
    site.enter()
    _, one = done(site, lines=12)
    page = site.read(PATH + one)
    rest = site.read(f"{PATH}{one}/lines?begin=10")

    assert "3 more lines" in page
    assert rest.count("<dl") == 3
    assert "more line" not in rest


def test_lines_of_what_is_not_done_are_none(site: Site) -> None:
    site.enter()
    one = ask(site, keep(site.parts))

    assert site.read(f"{PATH}{one}/lines").strip() == ""


def test_calls_that_were_not_heard_are_told_with_why(site: Site) -> None:
    site.enter()
    call, deaf = keep(site.parts), keep(site.parts, "b")
    one = ask(site, call, deaf, "f" * 64)
    end(site.parts.store, one, comparison(call, deaf=deaf), NOON, 2)
    page = site.read(PATH + one)

    assert "1 call: no audio that we can read" in page
    assert "1 call was left out" in page
    assert "1 of 2 calls that all could hear" in page


def test_when_nothing_was_heard_it_says_so(site: Site) -> None:
    site.enter()
    call = keep(site.parts)
    one = ask(site, call)
    found = replace(comparison(call), rows=comparison(call).rows, examples=(), apart={}, common=0)
    end(site.parts.store, one, found, NOON)

    assert "No call could be heard by all engines" in site.read(PATH + one)


def test_where_all_agree_it_says_so(site: Site) -> None:
    site.enter()
    call = keep(site.parts)
    one = ask(site, call)
    end(site.parts.store, one, replace(comparison(call), examples=()), NOON)

    assert "No line differs" in site.read(PATH + one)


def test_a_comparison_is_removed(site: Site) -> None:
    site.enter()
    _, one = done(site)
    answer = site.web.post(f"{PATH}{one}/remove", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == "/compare"
    assert site.web.get(PATH + one, headers=HTML).status_code == 404


def test_nobody_is_the_best_of_equals(site: Site) -> None:
    site.enter()
    _, one = done(site)
    person = PEOPLE["root"]
    comparer = site.parts.comparer
    shown = comparer.shown(comparer.find(one, person), View(person), 0, 10)
    assert shown is not None
    assert [row.best for row in engine_rows(shown, ("whisper", "second"))] == [True, False]
    first, second = shown.outcome.figures.rows
    second.rates = first.rates
    assert not any(row.best for row in engine_rows(shown, ("whisper", "second")))
    second.rates = {}
    assert not any(row.best for row in engine_rows(shown, ("whisper", "second")))
    assert matrix(shown, ("whisper",)) == [[None]]
