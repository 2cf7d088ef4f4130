"""Documents of the team written by form alone: kept, put in force, and there in the text."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.driving import DESKTOP, PHONE, ROOT, Driver, Look, axe, eventually, shot, until
from browser.seeded import Site
from huiting.access.permissions import UserRole
from huiting.access.principal import Actor
from huiting.service.library.kinds import Kind
from huiting.web.site.library.beginnings import BEGINNINGS
from huiting.web.site.words import words

ZH = Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light")
EN = Look(UserRole.SUPERVISOR, "en", PHONE, "dark")
SOMEBODY = Actor("user:1", "somebody")
SHIPPED = {
    Kind.RULES: sorted((ROOT / "rules").glob("*.yaml")),
    Kind.SCORECARDS: sorted((ROOT / "rules" / "scorecards").glob("*.yaml")),
    Kind.INTENTS: sorted((ROOT / "rules" / "intents").glob("*.yaml")),
}
OPEN_ALL = """() => {
  const closed = () => document.querySelectorAll("#form .form-toggle[aria-expanded=false]");
  for (let depth = 0; depth < 5; depth++) for (const one of [...closed()].slice(0, 6)) one.click();
  for (const one of document.querySelectorAll("#form details")) one.open = true;
}"""


def at(page: Page, *path: str | int) -> Locator:
    """Return the control of a place in the document, which carries the path as its id."""
    return page.locator(f'[id="form/{"/".join(map(str, path))}"]')


def press(page: Page, look: Look, label: str) -> None:
    page.locator("#form").get_by_role("button", name=said(look, label), exact=True).last.click()


def said(look: Look, text: str) -> str:
    return words(look.language).gettext(text)


def choose(page: Page, look: Look, condition: str) -> None:
    """Choose a condition of those that are offered, by its words."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill(said(look, condition))
    dialog.get_by_role("button", name=said(look, condition)).first.click()


def write(field: Locator, value: str) -> None:
    field.fill(value)
    field.press("Tab")


def text_of(page: Page) -> str:
    return str(page.locator("#body").evaluate("field => field.value"))


def shows(page: Page, text: str) -> None:
    """Wait until the text holds this: a field that was left is written a moment later."""
    eventually(page, lambda: text in text_of(page), text)


def paste(page: Page, body: str) -> None:
    """Put a text in the place of the one in the editor, as somebody pastes it."""
    editor = page.locator(".cm-content")
    editor.press("Control+a")
    editor.evaluate(
        """(editor, body) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", body);
          const given = {clipboardData, bubbles: true, cancelable: true};
          editor.dispatchEvent(new ClipboardEvent("paste", given));
        }""",
        body,
    )


def hotwords(page: Page, look: Look) -> None:
    press(page, look, "Add a hotword")
    write(at(page, 2, "word"), "价保")
    write(at(page, 2, "heard"), "家宝")
    write(at(page, 2, "weight"), "2")
    at(page, 2, "up").click()


def scorecards(page: Page, look: Look) -> None:
    write(at(page, "name"), "售后")
    at(page, "sections", 0).click()
    press(page, look, "Add an item")
    item = ("sections", 0, "items", 1)
    write(at(page, *item, "name"), "红线")
    write(at(page, *item, "points"), "20")
    write(at(page, *item, "rules"), "my-greeting")
    at(page, *item, "fatal").select_option("true")


def intents(page: Page, look: Look) -> None:
    press(page, look, "Add an intent")
    write(at(page, "intents", 1, "name"), "售后/安装")
    write(at(page, "intents", 1, "examples"), "什么时候来装\n装一下要钱吗")
    page.locator('[id="form/intents/1/keywords/add"]').click()
    write(at(page, "intents", 1, "keywords", 0, "say"), "上门安装")


def entities(page: Page, look: Look) -> None:
    at(page, "entities", 0).click()
    press(page, look, "Add a word")
    write(at(page, "entities", 0, "words", 2), "蓝牙耳机")
    at(page, "entities", 0, "sounds_like").select_option("true")


def documents(page: Page, look: Look) -> None:
    press(page, look, "Add a page")
    write(at(page, "documents", 1, "title"), "发票")
    write(at(page, "documents", 1, "link"), "https://kb.example/invoice")
    write(at(page, "documents", 1, "because"), "客户要发票")
    write(at(page, "documents", 1, "when", "said", "any"), "发票\n开票")


KINDS: dict[Kind, tuple[Callable[[Page, Look], None], str]] = {
    Kind.HOTWORDS: (hotwords, "# 每行一个词；后面可写权重\n会员积分\n家宝=>价保 2\n七天无理由\n"),
    Kind.SCORECARDS: (
        scorecards,
        (
            "name: 售后\nversion: 1\nbase: 100\nsections:\n  - id: manner\n    name: 服务规范\n    weight: 100\n"
            "    items:\n      - {id: opening, name: 问候, points: 100, rules: [my-greeting]}\n"
            "      - id: item\n        name: 红线\n        points: 20\n        rules: [my-greeting]\n"
            "        fatal: true\n"
        ),
    ),
    Kind.INTENTS: (
        intents,
        (
            "  - name: 售后/安装\n    examples: [什么时候来装, 装一下要钱吗]\n"
            "    keywords:\n      - say: [上门安装]\n        weight: 2\n"
        ),
    ),
    Kind.ENTITIES: (
        entities,
        "  - kind: product\n    sounds_like: true\n    words: [扫地机器人, 空气炸锅, 蓝牙耳机]\n",
    ),
    Kind.DOCUMENTS: (
        documents,
        (
            "    when: {said: [退货, 换货]}\n  - title: 发票\n    link: https://kb.example/invoice\n"
            "    because: 客户要发票\n    when:\n      said: [发票, 开票]\n"
        ),
    ),
}


@pytest.mark.parametrize("look", [ZH, EN], ids=lambda look: look.name)
def test_each_kind_is_written_by_form_alone(drive: Driver, own_site: Site, look: Look) -> None:
    shelf = own_site.served.parts.shelf  # a scorecard rests on rules that are in force
    shelf.write(Kind.RULES, "base", BEGINNINGS[Kind.RULES], SOMEBODY)
    shelf.publish(Kind.RULES, "base", 1, SOMEBODY)
    for kind, (fill, expected) in KINDS.items():
        page = drive.visit(f"/library/{kind}/new", look)
        fill(page, look)
        shows(page, expected)
        keep(page, look)


def keep(page: Page, look: Look) -> None:
    """Keep the document, put it in force, and see it in the text."""
    written = text_of(page)
    page.get_by_label(said(look, "Name of the document")).fill("ours")
    page.get_by_role("button", name=said(look, "Keep as a new version")).click()
    page.wait_for_url("**/ours?saved=1")
    page.get_by_role("button", name=said(look, "Put in force")).click()
    page.get_by_text(said(look, "In force"), exact=True).wait_for()
    page.get_by_role("tab", name=said(look, "Text")).click()
    expect(page.get_by_role("textbox", name=said(look, "Text"))).to_be_visible()
    assert text_of(page) == written
    page.close()


@pytest.mark.parametrize("look", [ZH, EN], ids=lambda look: look.name)
@pytest.mark.usefixtures("own_site")
def test_a_rule_is_built_as_a_tree(drive: Driver, look: Look) -> None:
    page = drive.visit("/library/rules/new", look)
    press(page, look, "Add a rule")
    rule = ("rules", 1)
    write(at(page, *rule, "name"), "发火后安抚")
    write(at(page, *rule, "id"), "soothe")
    write(at(page, *rule, "require", "said", "any"), "抱歉\n对不起")
    at(page, *rule, "applies/add").click()
    choose(page, look, "emotion…")
    at(page, *rule, "require/into").click()
    choose(page, look, "silence longer than…")
    at(page, *rule, "require/all/1/deny").click()
    write(at(page, *rule, "require/all/1/not/silence/longer_than"), "8")
    at(page, *rule, "require/kind").select_option("any")

    shows(
        page,
        "    require:\n      any:\n        - said: [抱歉, 对不起]\n          by: agent\n"
        "        - not:\n            silence:\n              longer_than: 8\n",
    )
    shows(
        page,
        "    applies:\n      emotion:\n        is: ANGRY\n        at_least: 0.7\n      by: customer\n",
    )
    expect(page.locator(".form-saying").last).to_contain_text("8")
    expect(page.locator(".form-saying").last).to_contain_text("抱歉")
    page.locator("#mistakes").get_by_text(said(look, "Nothing is wrong with it.")).wait_for()
    page.get_by_role("button", name=said(look, "Try"), exact=True).click()
    page.locator("#trial").get_by_text("发火后安抚").wait_for()
    keep(page, look)


@pytest.mark.usefixtures("own_site")
def test_a_mistake_leads_to_its_field_and_can_be_undone(drive: Driver) -> None:
    page = drive.visit("/library/rules/new", EN)
    at(page, "rules", 0).click()
    write(at(page, "rules", 0, "id"), "Not An Id")
    mistake = page.locator("#mistakes").get_by_role("button", name="line 5")
    mistake.wait_for()
    at(page, "rules", 0).click()
    mistake.click()

    expect(at(page, "rules", 0, "id")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(at(page, "rules", 0, "id")).to_have_value("my-greeting")


def test_a_condition_that_is_emptied_can_be_filled_again(drive: Driver) -> None:
    page = drive.visit("/library/documents/new", EN)
    at(page, "documents", 0).click()
    words = at(page, "documents", 0, "when", "said", "any")
    write(words, "")

    shows(page, "    when: {said: []}\n")
    at(page, "documents", 0, "when/deny").click()
    write(at(page, "documents", 0, "when/not", "said", "any"), "发票")
    shows(page, "when: {not: {said: [发票]}}")


def test_the_focus_goes_on_though_the_form_is_drawn_anew(drive: Driver) -> None:
    page = drive.visit("/library/scorecards/new", EN)
    page.locator("[id='form/grades/add']").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("A")
    page.keyboard.press("Tab")

    expect(at(page, "grades", "A")).to_be_focused()


def test_what_cannot_stand_in_a_field_is_told_and_stops_nothing(drive: Driver) -> None:
    page = drive.visit("/library/hotwords/new", EN)
    before = text_of(page)
    write(at(page, 0, "weight"), "11")
    write(at(page, 1, "word"), "退货=>换货")

    for wrong in (at(page, 0, "weight"), at(page, 1, "word")):
        assert not wrong.evaluate("field => field.validity.valid")
    assert text_of(page) == before
    page.get_by_label("Name of the document").fill("ours")
    assert page.locator("#editor").evaluate("form => form.checkValidity()")


def test_text_that_cannot_be_read_is_led_to(drive: Driver) -> None:
    page = drive.visit("/library/rules/new?view=text", EN)
    editor = page.get_by_role("textbox", name="Text")
    editor.press("Control+Home")
    page.keyboard.type("a: [")
    page.get_by_role("tab", name="Form").click()

    page.locator("#form").get_by_role("button", name="Edit in the text").click()
    expect(editor).to_be_focused()
    tab = page.get_by_role("tab", name="Text")
    expect(tab).to_have_attribute("aria-selected", "true")


def test_what_the_form_cannot_show_stays_and_is_shown_as_it_is(drive: Driver) -> None:
    body = (
        "# ours\nformat: huiting-scorecard/1\nid: card\nname: card  # said\nsections:\n"
        "  - id: one\n    items:\n      - {id: a, points: 5, rules: [x], credit: [all]}\n"
    )
    page = drive.visit("/library/scorecards/new?view=text", EN)
    paste(page, body)
    page.get_by_role("tab", name="Form").click()
    at(page, "sections", 0).click()
    at(page, "sections", 0, "items", 0).click()

    expect(page.locator(".form-only pre")).to_have_text("[all]")
    write(at(page, "name"), "ours")
    shows(page, body.replace("name: card ", "name: ours "))
    assert text_of(page) == body.replace("name: card ", "name: ours ")


@pytest.mark.parametrize("kind", list(SHIPPED))
def test_what_comes_with_huiting_stays_letter_by_letter(drive: Driver, kind: Kind) -> None:
    page = drive.visit(f"/library/{kind}/new?view=text", EN)
    for path in SHIPPED[kind]:
        body = path.read_text("utf-8")
        page.get_by_role("tab", name="Text").click()
        paste(page, body)
        page.get_by_role("tab", name="Form").click()
        page.locator("#form .form-toggle").first.wait_for()
        page.evaluate(OPEN_ALL)
        assert text_of(page) == body, path.name
        assert page.locator("#form .alert").count() == 0, path.name


@pytest.mark.parametrize("look", [ZH, EN], ids=lambda look: look.name)
@pytest.mark.usefixtures("accessible")
def test_the_form_keeps_nobody_out(drive: Driver, look: Look) -> None:
    page = drive.visit("/library/rules/new", look)
    page.locator("#form .form-toggle").first.wait_for()
    page.evaluate(OPEN_ALL)
    shot(page, "form-rules", look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator('[id="form/rules/0/require/into"]').click()
    assert axe(page) == []


def test_who_may_not_write_reads_the_form(drive: Driver, own_site: Site) -> None:
    own_site.served.parts.shelf.write(Kind.HOTWORDS, "ours", "退货 2\n", SOMEBODY)
    page = drive.visit("/library/hotwords/ours", EN, role=UserRole.REVIEWER)

    expect(at(page, 0, "word")).to_have_value("退货")
    assert not at(page, 0, "word").is_editable()
    assert page.locator("#form button").count() == 0


def test_the_form_is_worked_by_keyboard(drive: Driver) -> None:
    page = drive.visit("/library/hotwords/new", EN)
    tab = page.get_by_role("tab", name="Form")
    tab.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Text")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    at(page, 0, "down").focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#body').value.includes('七天无理由\\n会员积分')")
    expect(page.locator("#form [role=status]").first).to_have_text("Moved.")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("id", re.compile("^form/1/"))
