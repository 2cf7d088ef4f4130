"""An export is made and fetched with the rights of now, not with those of when it was asked for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden
from huiting.jobs.job import Job, State
from huiting.jobs.work.claims import Claims
from huiting.jobs.work.crew import Crew
from huiting.service import exporting
from huiting.service.exporting import KIND, Exports, Form, Wish
from huiting.service.rightful import narrowed, still
from huiting.service.troubles import Gone
from huiting.service.views import View
from huiting.store.browse import Sought
from served import PEOPLE, Served, refund, serving

ROOT = PEOPLE["root"]
TEAM_A = PEOPLE["team-a"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as running:
        running.save(refund("a"))
        running.save(refund("b", agent="9002", team="B"))
        yield running


def without(principal: Principal, permission: Permission) -> Principal:
    return replace(principal, permissions=principal.permissions - {permission})


def limited(principal: Principal, *teams: str) -> Principal:
    return replace(principal, only={"team": frozenset(teams)})


def reset(principal: Principal) -> Principal:
    return replace(principal, permissions=frozenset(), must_change_password=True)


def asked(served: Served, by: Principal, form: Form = Form.CSV, *, unredacted: bool = False) -> Job:
    return served.parts.exports.order(Wish(Sought(), form, (), by, unredacted, "en"))


def worked(served: Served, who: Callable[[str], Principal]) -> Exports:
    """Make what was asked for as a worker does it, whoever its asker is now."""
    exports = replace(served.parts.exports, who=who)
    claims = Claims(served.parts.queue.ledger)
    crew = Crew(claims, {KIND: exports.run}, 1)
    crew.start(lambda: claims.claim("tester", [KIND], 1)[0]).result(120)
    return exports


def files(served: Served) -> list[str]:
    folder = served.folder / "exports"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize(
    ("then", "now", "shown", "reason"),
    [
        (ROOT, without(ROOT, Permission.CALLS_EXPORT), "covered", "calls:export"),
        (ROOT, without(ROOT, Permission.CALLS_UNREDACTED), "whole", "personal data"),
        (ROOT, limited(ROOT, "A"), "covered", "other calls than then"),
        (limited(ROOT, "A", "B"), limited(ROOT, "B"), "covered", "other calls than then"),
        (ROOT, reset(ROOT), "covered", "the password was made by somebody else"),
    ],
    ids=["may not export", "no personal data", "is limited", "left a team", "password was reset"],
)
def test_who_lost_a_right_gets_a_stated_failure_and_no_file(
    served: Served, then: Principal, now: Principal, shown: str, reason: str
) -> None:
    job = asked(served, then, unredacted=shown == "whole")
    worked(served, lambda _: now)
    ended = served.parts.queue.get(job.id)

    assert ended.state is State.FAILED
    assert ended.attempt == 1
    assert ended.trouble is not None
    assert ended.trouble.code == "forbidden"
    assert reason in ended.trouble.reason
    assert files(served) == []


def test_who_is_gone_gets_nothing(served: Served) -> None:
    job = asked(served, ROOT)

    def gone(identity: str) -> Principal:
        raise Forbidden(identity, "may not come in any more", "have somebody else ask for it")

    worked(served, gone)

    assert served.parts.queue.get(job.id).state is State.FAILED
    assert files(served) == []


@pytest.mark.parametrize("form", [Form.CSV, Form.ZIP])
def test_who_loses_the_right_meanwhile_gets_no_file(
    served: Served, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right is looked up again before each portion, and when the file is whole."""
    monkeypatch.setattr(exporting, "_BATCH", 1)
    job = asked(served, ROOT, form)
    full = 0

    def whole(_: str) -> Principal:
        nonlocal full
        full += 1
        return ROOT

    exports = worked(served, whole)
    assert exports.ready(job.id, ROOT).path.is_file()
    made = len(files(served))
    for last in range(full):
        looked = 0

        def fading(_: str, last: int = last) -> Principal:
            nonlocal looked
            looked += 1
            return ROOT if looked <= last else without(ROOT, Permission.CALLS_EXPORT)

        failed = asked(served, ROOT, form)
        worked(served, fading)
        assert served.parts.queue.get(failed.id).state is State.FAILED

    assert full > 4
    assert len(files(served)) == made


@pytest.mark.parametrize("form", [Form.CSV, Form.ZIP])
def test_who_lost_a_right_keeps_no_file_of_an_attempt_that_broke_off(
    served: Served, form: Form
) -> None:
    """A worker that is killed at the end leaves the file; the next attempt is refused at once."""
    job = asked(served, ROOT, form)
    folder = served.folder / "exports"
    folder.mkdir()
    for ending in (form.value, "calls"):
        (folder / f"{job.order.subject}.{ending}").write_text("a", encoding="ascii")
    (folder / f"{'0' * 32}.csv").write_text("another's", encoding="ascii")
    worked(served, lambda _: without(ROOT, Permission.CALLS_EXPORT))

    assert served.parts.queue.get(job.id).state is State.FAILED
    assert files(served) == [f"{'0' * 32}.csv"]


def test_who_sees_more_since_gets_what_they_asked_for(served: Served) -> None:
    job = asked(served, TEAM_A)
    exports = worked(served, lambda _: replace(TEAM_A, only={}))
    text = exports.ready(job.id, TEAM_A).path.read_text("utf-8-sig")

    assert "8001" in text
    assert "9002" not in text


def test_a_file_is_fetched_with_the_rights_that_one_has_then(served: Served) -> None:
    job = asked(served, ROOT, unredacted=True)
    exports = worked(served, lambda _: ROOT)

    assert exports.ready(job.id, ROOT).path.is_file()
    with pytest.raises(Forbidden, match="calls:export"):
        exports.ready(job.id, without(ROOT, Permission.CALLS_EXPORT))
    with pytest.raises(Forbidden, match="personal data"):
        exports.ready(job.id, without(ROOT, Permission.CALLS_UNREDACTED))
    with pytest.raises(Forbidden, match="may not see any more"):
        exports.ready(job.id, limited(ROOT, "A"))
    assert exports.ready(job.id, limited(ROOT, "A", "B")).path.is_file()


def test_a_file_without_its_list_is_given_to_nobody_who_is_limited(served: Served) -> None:
    job = asked(served, ROOT)
    exports = worked(served, lambda _: ROOT)
    for listed in (served.folder / "exports").glob("*.calls"):
        listed.unlink()

    with pytest.raises(Gone):
        exports.ready(job.id, limited(ROOT, "A", "B"))


@pytest.mark.parametrize(
    ("then", "now", "less"),
    [
        ({}, {}, "no"),
        ({}, {"team": "A"}, "less"),
        ({"team": "A"}, {}, "no"),
        ({"team": "A"}, {"team": "AB"}, "no"),
        ({"team": "AB"}, {"team": "A"}, "less"),
        ({"team": "A"}, {"agent": "1"}, "less"),
        ({"team": "A", "agent": "1"}, {"team": "A"}, "no"),
    ],
    ids=[
        "all",
        "limited",
        "no limit any more",
        "one more",
        "one less",
        "by another",
        "by one less",
    ],
)
def test_what_is_less_than_before(then: dict[str, str], now: dict[str, str], less: str) -> None:
    assert narrowed(only(then), only(now)) == (less == "less")


def only(named: dict[str, str]) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in named.items()}


def test_rights_are_those_of_now_and_calls_those_of_then() -> None:
    view = still("export 1", View(TEAM_A), replace(ROOT, id=TEAM_A.id), Permission.CALLS_EXPORT)

    assert view.principal.only == TEAM_A.only
    assert not view.unredacted
