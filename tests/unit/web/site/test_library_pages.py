"""Pages of rules and other documents: written, checked, compared, tried, put in force."""

import re

import pytest

from huiting.access.permissions import UserRole
from huiting.service.library.kinds import Kind, mistakes
from huiting.web.site.library.beginnings import BEGINNINGS
from huiting.web.site.library.differences import compared
from served import refund
from unit.web.site.conftest import HTML, Site

RULE = BEGINNINGS[Kind.RULES]


@pytest.mark.parametrize("kind", list(Kind))
def test_what_a_new_document_begins_with_is_right(kind: Kind) -> None:
    assert mistakes(kind, "new", BEGINNINGS[kind]) == []


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(("language", "word"), [("zh", "新建"), ("en", "New document")])
def test_each_kind_has_a_list_and_an_editor(
    site: Site, kind: Kind, language: str, word: str
) -> None:
    site.enter(language=language)

    assert word in site.read(f"/library/{kind}")
    assert "data-editor" in site.read(f"/library/{kind}/new")


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (UserRole.SUPERVISOR, True, True), (UserRole.REVIEWER, True, False),
        (UserRole.AGENT, False, False), (UserRole.VIEWER, False, False),
    ],
)  # fmt: skip
def test_who_reads_and_who_writes(site: Site, role: UserRole, reads: bool, writes: bool) -> None:  # noqa: FBT001
    site.enter()
    site.send("/library/rules/save", name="ours", body=RULE)
    site.enter(role)

    read = site.web.get("/library/rules/ours", headers=HTML)
    new = site.web.get("/library/rules/new", headers=HTML).status_code

    assert read.status_code == (200 if reads else 403)
    assert ("Keep as a new version" in read.text) == writes
    assert new == (200 if writes else 403)


def test_a_document_is_written_and_put_in_force_and_rolled_back(site: Site) -> None:
    site.enter()

    first = site.web.post(
        "/library/rules/save",
        data={"name": "ours", "body": RULE.replace("\n", "\r\n"), "seen": "0", "note": "<b>1"},
        headers={"HX-Request": "true"},
    )
    site.send("/library/rules/save", name="ours", body=RULE + "# more\n", seen="1")
    page = site.read("/library/rules/ours?version=1")
    site.send("/library/rules/ours/publish", version="2")
    back = site.send("/library/rules/ours/publish", version="1")
    away = site.send("/library/rules/ours/withdraw")

    assert first.headers["hx-redirect"] == "/library/rules/ours?saved=1"
    assert "&lt;b&gt;1" in page
    assert "This is version 1; the newest is 2" in page
    assert "Version 1 is in force" in back
    assert "Roll back" not in back
    assert "not in force any more" in away
    assert "\r" not in site.parts.shelf.library.read(Kind.RULES, "ours", 1).body


def test_nobody_writes_over_what_somebody_else_has_just_written(site: Site) -> None:
    site.enter()
    site.send("/library/hotwords/save", name="ours", body="退货\n", seen="0")

    part = site.send("/library/hotwords/save", status=409, name="ours", body="换货\n", seen="0")

    assert 'role="alert"' in part


def test_mistakes_are_told_with_their_line_while_one_writes(site: Site) -> None:
    site.enter(language="zh")

    wrong = site.send("/library/rules/check", body=RULE.replace("said:", "sayd:"))
    right = site.send("/library/rules/check", body=RULE)

    assert re.search(r'data-line="\d+"', wrong)
    assert "处错误" in wrong
    assert "没有发现错误" in right


def test_a_document_with_mistakes_is_not_kept(site: Site) -> None:
    site.enter()

    site.send("/library/rules/save", status=422, name="ours", body="rules: [")

    assert site.parts.shelf.entries() == []


def test_rules_are_tried_on_calls_that_are_there(site: Site) -> None:
    site.enter()
    none = site.send("/library/rules/try", body=RULE)
    site.parts.store.save(refund(), at=site.parts.now())

    found = site.send("/library/rules/try", body=RULE, most="10")

    assert "There are no calls" in none
    assert "Judged on 1 call." in found
    assert "开头问候" in found


def test_history_is_judged_again_as_a_job(site: Site) -> None:
    site.enter()

    part = site.send("/library/rules/rejudge", since="2025-03-01")

    assert "judges the calls again" in part
    assert site.parts.queue.loads()[0].kind == "rejudge"


def test_changes_between_versions_are_shown_line_by_line(site: Site) -> None:
    site.enter()
    site.send("/library/hotwords/save", name="ours", body="退货\n<i>\n", seen="0")
    site.send("/library/hotwords/save", name="ours", body="退货\n换货\n", seen="1")

    page = site.read("/library/hotwords/ours/changes?before=1&after=2")

    assert "<del>&lt;i&gt;</del>" in page
    assert "<ins>换货</ins>" in page
    assert "Nothing changed." in site.read("/library/hotwords/ours/changes?before=2&after=2")
    assert "<ins>退货</ins>" in site.read("/library/hotwords/ours/changes?after=2")


def test_far_changes_are_shown_with_what_is_around_them() -> None:
    before = "\n".join(map(str, range(30)))
    after = before.replace("\n5\n", "\nfive\n").replace("\n25\n", "\n")

    lines = compared(before, after)

    assert [line.kind for line in lines].count("gap") == 1
    assert [(x.kind, x.text, x.before, x.after) for x in lines if x.kind in ("gone", "new")] == [
        ("gone", "5", 6, None), ("new", "five", None, 6), ("gone", "25", 26, None),
    ]  # fmt: skip


def test_a_reviewer_looks_operators_up_beside_the_editor(site: Site) -> None:
    site.enter(language="zh")

    page = site.read("/library/rules/new")

    assert "<code>silence</code>" in page
    assert "两段话之间无人说话" in page
