"""Points from verdicts."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.errors import InputError
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Score, Verdict
from huiting.core.types import Role, Span
from huiting.quality.scorecard import (
    Absent,
    Credit,
    Item,
    Open,
    Scorecard,
    Section,
    Worth,
    missing_rules,
    read_scorecard,
    score,
)

DOCS = Path(__file__).resolve().parents[3] / "docs" / "reference"
PASS, FAIL, NA, UNCERTAIN = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.NOT_APPLICABLE,
    Verdict.UNCERTAIN,
)
SAID = Evidence(EvidenceKind.SAID, Span(31, 33), 0, Role.AGENT, 4, "随便你")
SEARCHED = Evidence(EvidenceKind.SEARCHED, Span(0, 15))
UNCLEAR = Evidence(EvidenceKind.UNCLEAR, Span(7, 9))


def item(name: str, points: float = 10, rules: str = "", **options: Any) -> Item:  # noqa: ANN401
    return Item(name, name, tuple(rules.split()) or (name,), points, **options)


def card(*items: Item, base: float = 100, **options: Any) -> Scorecard:  # noqa: ANN401
    weight = sum(i.points for i in items if i.worth is Worth.WEIGHT)
    section = Section("s", "服务", items, weight)
    return Scorecard("c", "评分表", 2, (section,), base, **options)


def finding(rule: str, verdict: Verdict, *evidence: Evidence, **options: Any) -> Finding:  # noqa: ANN401
    return Finding(rule, 1, verdict, evidence=evidence, **options)


def verdicts(**by_rule: Verdict) -> list[Finding]:
    return [finding(rule, verdict) for rule, verdict in by_rule.items()]


@pytest.mark.parametrize(
    ("first", "second", "points"),
    [
        pytest.param(PASS, PASS, 100, id="nothing failed"),
        pytest.param(FAIL, PASS, 70, id="the smaller item failed"),
        pytest.param(FAIL, FAIL, 0, id="everything failed"),
        pytest.param(NA, PASS, 100, id="what did not apply leaves the card"),
        pytest.param(NA, FAIL, 0, id="and the rest weighs all"),
        pytest.param(NA, NA, None, id="nothing applied"),
        pytest.param(UNCERTAIN, PASS, 100, id="what is uncertain is held"),
    ],
)
def test_points_of_two_items(first: Verdict, second: Verdict, points: float | None) -> None:
    scored = score(card(item("a", 30), item("b", 70)), verdicts(a=first, b=second))

    assert scored.points == points


@pytest.mark.parametrize(
    ("absent", "points"), [(Absent.DROP, 0.0), (Absent.FULL, 50.0), (Absent.ZERO, 0.0)]
)
def test_an_item_that_did_not_apply_counts_as_the_card_says(absent: Absent, points: float) -> None:
    scored = score(card(item("a", absent=absent), item("b")), verdicts(a=NA, b=FAIL))

    assert scored.points == points
    assert scored.items[1].most == (100 if absent is Absent.DROP else 50)


@pytest.mark.parametrize(
    ("credit", "given_verdicts", "points", "verdict"),
    [
        pytest.param(Credit.ALL, (PASS, FAIL), 0, FAIL, id="all: one failed"),
        pytest.param(Credit.ALL, (PASS, NA), 100, PASS, id="all: one did not apply"),
        pytest.param(Credit.ALL, (FAIL, UNCERTAIN), 0, FAIL, id="all: failed beside uncertain"),
        pytest.param(Credit.ANY, (PASS, FAIL), 100, PASS, id="any: one passed"),
        pytest.param(Credit.ANY, (NA, FAIL), 0, FAIL, id="any: none passed"),
        pytest.param(Credit.ANY, (PASS, UNCERTAIN), 100, PASS, id="any: passed decides"),
        pytest.param(Credit.ANY, (FAIL, UNCERTAIN), None, UNCERTAIN, id="any: still open"),
        pytest.param(Credit.PROPORTIONAL, (PASS, FAIL), 50, FAIL, id="the share that passed"),
        pytest.param(Credit.PROPORTIONAL, (PASS, UNCERTAIN), 100, UNCERTAIN, id="of the known"),
    ],
)
def test_rules_make_an_item(
    credit: Credit, given_verdicts: tuple[Verdict, Verdict], points: float | None, verdict: Verdict
) -> None:
    a, b = given_verdicts
    scored = score(card(item("x", rules="a b", credit=credit)), verdicts(a=a, b=b))

    assert scored.points == points
    assert scored.items[0].verdict is verdict


def test_a_failed_fatal_item_takes_the_whole_score() -> None:
    scored = score(card(item("a", 0, fatal=True), item("b")), verdicts(a=FAIL, b=PASS))

    assert scored.points == scored.low == scored.high == 0
    assert scored.fatal == ("a",)
    assert scored.items[0].fatal
    assert scored.items[1].points == 100


@pytest.mark.parametrize("held", list(Open))
def test_an_uncertain_fatal_item_takes_nothing_yet(held: Open) -> None:
    found = verdicts(a=UNCERTAIN, b=PASS)
    scored = score(card(item("a", 0, fatal=True), item("b"), uncertain=held), found)

    assert (scored.points, scored.low, scored.high) == (100, 0, 100)
    assert scored.uncertain
    assert not scored.fatal


def test_a_fatal_item_counts_even_when_nothing_else_applied() -> None:
    scored = score(card(item("a", 0, fatal=True), item("b")), verdicts(a=FAIL, b=NA))

    assert scored.points == 0


@pytest.mark.parametrize(
    ("held", "points"), [(Open.HOLD, 100.0), (Open.PASS, 100.0), (Open.FAIL, 50.0)]
)
def test_an_uncertain_item_counts_as_the_card_says_and_shows_the_range(
    held: Open, points: float
) -> None:
    scored = score(card(item("a"), item("b"), uncertain=held), verdicts(a=PASS, b=UNCERTAIN))

    assert (scored.points, scored.low, scored.high) == (points, 50, 100)


def test_a_rule_that_was_not_judged_leaves_its_item_open() -> None:
    scored = score(card(item("a"), item("b")), verdicts(a=PASS))

    assert scored.uncertain
    assert scored.items[1].verdict is UNCERTAIN
    assert "未能判定" in scored.items[1].why


def test_a_rule_that_is_switched_off_leaves_nothing_open() -> None:
    scored = score(card(item("a"), item("b")), verdicts(b=PASS), ["a"])

    assert (scored.points, scored.low, scored.high, scored.uncertain) == (100, 100, 100, False)
    assert [i.verdict for i in scored.items] == [NA, PASS]
    assert scored.items[0].why == "不适用；分值由其他项分担"


@pytest.mark.parametrize(("verdict", "points"), [(PASS, 103), (FAIL, 100), (NA, 100)])
def test_a_bonus_adds_and_never_takes(verdict: Verdict, points: float) -> None:
    bonus = item("a", 3, worth=Worth.BONUS, absent=Absent.FULL)
    scored = score(card(item("b"), bonus), verdicts(a=verdict, b=PASS))

    assert scored.points == points


def test_effects_of_rules_start_from_the_base() -> None:
    found = [finding("a", FAIL, effect=-5), finding("b", FAIL, effect=-2.5), finding("c", PASS)]
    scored = score(card(item("x", 0, "a b", worth=Worth.EFFECT), item("c", 0, fatal=True)), found)

    assert scored.points == 92.5
    assert scored.items[0].points == -7.5


def test_a_card_of_effects_of_which_none_applied_has_no_score() -> None:
    scored = score(card(item("a", 0, worth=Worth.EFFECT)), verdicts(a=NA))

    assert scored.points is None
    assert scored.grade == ""


def test_what_an_uncertain_effect_may_do_is_not_known() -> None:
    effects = item("x", 0, "a b", worth=Worth.EFFECT)
    scored = score(card(effects, item("c")), verdicts(a=FAIL, b=UNCERTAIN, c=PASS))

    assert scored.uncertain
    assert scored.low is scored.high is None


def test_points_never_fall_below_nothing() -> None:
    found = [finding("a", FAIL, effect=-500), finding("b", PASS)]
    scored = score(card(item("a", 0, worth=Worth.EFFECT), item("b")), found)

    assert scored.points == 0


@pytest.mark.parametrize(
    ("passed", "grade"), [(10, "优"), (9, "优"), (8, "良"), (0, "差")], ids=str
)
def test_grades_begin_at_their_points(passed: int, grade: str) -> None:
    items = [item(f"i{n}", 0.1) for n in range(10)]
    found = [finding(f"i{n}", PASS if n < passed else FAIL) for n in range(10)]
    grades = (("优", 90.0), ("良", 60.0), ("差", 0.0))
    scored = score(card(*items, grades=grades), found)

    assert scored.grade == grade


def test_a_section_without_items_left_gives_its_weight_to_the_others() -> None:
    opening = Section("o", "开场", (item("a"),), 20)
    service = Section("s", "服务", (item("b", 3), item("c", 1)), 80)
    both = Scorecard("c", "评分表", 1, (opening, service), 100)

    assert score(both, verdicts(a=FAIL, b=PASS, c=FAIL)).points == 60
    assert score(both, verdicts(a=NA, b=PASS, c=FAIL)).points == 75


def test_a_failed_item_tells_what_was_said_when_and_what_to_do() -> None:
    found = finding("a", FAIL, SEARCHED, SAID, name="不用禁语", advice="换个说法。")
    scored = score(card(item("a")), [found]).items[0]

    assert scored.why == "不用禁语：未通过（0:00–0:15 内没有，“随便你” 0:31）"
    assert scored.advice == "换个说法。"
    assert scored.moment == Span(31, 33)


@pytest.mark.parametrize(
    ("evidence", "why", "moment"),
    [
        pytest.param((), "greeting: failed", None, id="no evidence"),
        pytest.param(
            (SEARCHED,),
            "greeting: failed (not found in 0:00–0:15)",
            Span(0, 15),
            id="an absence",
        ),
        pytest.param(
            (SEARCHED, Evidence(EvidenceKind.NEAREST, Span(2, 3), quote="hi there")),
            "greeting: failed (nearest: “hi there” 0:02)",
            Span(2, 3),
            id="with its nearest miss",
        ),
        pytest.param(
            (Evidence(EvidenceKind.MEASURED, Span(9, 19), value=10, limit=5, note="silence"),),
            "greeting: failed (silence 10 s, limit 5 s 0:09)",
            Span(9, 19),
            id="a number",
        ),
        pytest.param(
            (Evidence(EvidenceKind.KNOWN, value=0.25),),
            "greeting: failed (0.25)",
            None,
            id="a number of the whole call",
        ),
    ],
)
def test_proof_in_english(evidence: tuple[Evidence, ...], why: str, moment: Span | None) -> None:
    english = card(item("greeting"), language="en")
    scored = score(english, [finding("greeting", FAIL, *evidence)]).items[0]

    assert scored.why == why
    assert scored.moment == moment


def test_an_uncertain_item_says_where_to_listen_and_gives_no_advice() -> None:
    found = finding("a", UNCERTAIN, SEARCHED, UNCLEAR, advice="先问候。")
    scored = score(card(item("a")), [found]).items[0]

    assert "待听录音确认" in scored.why
    assert "确认前不计分" in scored.why
    assert scored.moment == Span(7, 9)
    assert scored.advice == ""


def test_an_item_of_its_own_words_and_many_rules() -> None:
    of_many = item("x", rules="a b c d e", why="客户最在意。", advice="请复习话术。")
    scored = score(card(of_many), verdicts(a=FAIL, b=FAIL, c=FAIL, d=FAIL, e=PASS)).items[0]

    assert scored.why == "a：未通过；b：未通过；c：未通过；另有1条。客户最在意。"
    assert scored.advice == "请复习话术。"


def test_rules_that_are_not_loaded_are_named() -> None:
    needs = card(item("x", rules="a b"), item("y", rules="b c"))

    assert missing_rules(needs, ["b"]) == ("a", "c")


VERDICT = st.sampled_from([PASS, FAIL, NA, UNCERTAIN])


@given(
    points=st.lists(st.floats(0.1, 50), min_size=1, max_size=5),
    found=st.lists(VERDICT, min_size=10, max_size=10),
    credit=st.sampled_from(list(Credit)),
    held=st.sampled_from(list(Open)),
)
def test_items_add_up_and_the_score_lies_in_its_range(
    points: list[float], found: list[Verdict], credit: Credit, held: Open
) -> None:
    items = [item(f"i{n}", p, f"r{n} q{n}", credit=credit) for n, p in enumerate(points)]
    names = [name for n in range(5) for name in (f"r{n}", f"q{n}")]
    findings = [finding(name, verdict) for name, verdict in zip(names, found, strict=True)]
    scored = score(card(*items, uncertain=held), findings)

    if scored.points is not None:
        assert scored.low is not None
        assert scored.high is not None
        assert sum(i.points for i in scored.items) == pytest.approx(scored.points, abs=1e-4)
        assert sum(i.most for i in scored.items) == pytest.approx(100, abs=1e-4)
        assert scored.low - 1e-5 <= scored.points <= scored.high + 1e-5
    assert scored.uncertain or scored.low == scored.points


def documented(tmp_path: Path) -> Path:
    text = (DOCS / "scorecards.md").read_text("utf-8")
    path = tmp_path / "card.yaml"
    path.write_text(text.split("```yaml\n")[1].split("```")[0], "utf-8")
    return path


def test_the_documented_card_is_read_as_documented(tmp_path: Path) -> None:
    read = read_scorecard(documented(tmp_path))
    found: dict[str, Verdict] = dict.fromkeys(read.rules, PASS)

    assert (read.id, read.version, read.base, read.language) == ("ecommerce-service", 3, 100, "zh")
    assert read.grades[0] == ("优秀", 90)
    assert [s.weight for s in read.sections] == [20, 80, 0]
    assert read.sections[1].items[0].credit is Credit.PROPORTIONAL
    assert score(read, [finding(r, v) for r, v in found.items()]).points == 103


def test_the_documented_card_fits_the_schema(tmp_path: Path) -> None:
    schema = json.loads((DOCS / "scorecard.schema.json").read_text("utf-8"))
    body = yaml.safe_load(documented(tmp_path).read_text("utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(body, schema)


SMALL = """\
format: huiting-scorecard/1
id: small
name: Small card
sections:
  - id: s
    items:
      - {id: a, points: 1, rules: a}
"""


def test_what_is_left_out_has_its_usual_value(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    read = read_scorecard(path)

    assert (read.version, read.base, read.language, read.uncertain) == (1, 1, "en", Open.HOLD)
    assert read.sections[0].name == "s"
    assert read.sections[0].items[0] == item("a", 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        pytest.param("format: huiting-scorecard/1\n", "", 1, "'format' is missing", id="no format"),
        pytest.param("card/1", "card/2", 1, "not known here", id="a later format"),
        pytest.param("name:", "nmae:", 3, "did you mean 'name'", id="a misspelt key"),
        pytest.param("id: small", "id: my card", 2, "is no id", id="an id with a space"),
        pytest.param("points: 1", "points: ten", 7, "a number is needed", id="no number"),
        pytest.param("points: 1", "points: '1'", 7, "a number is needed", id="a number in quotes"),
        pytest.param("points: 1", "points: -1", 7, "out of range", id="negative points"),
        pytest.param(", points: 1", "", 7, "'points' is missing", id="neither points nor fatal"),
        pytest.param("rules: a", "rules: []", 7, "a list is needed", id="no rule"),
        pytest.param("- {id: a, points: 1, rules: a}", "- a", 7, "a mapping", id="no item"),
        pytest.param("rules: a", "rules: a, n/a: none", 7, "not known", id="a bad n/a"),
        pytest.param("rules: a", "rules: [a b]", 7, "is no id", id="two rules in one"),
        pytest.param(
            "rules: a", "rules: a, fatal: true, bonus: true", 7, "cannot be", id="fatal bonus"
        ),
        pytest.param("rules: a", "rules: a, fatal: maybe", 7, "not known here", id="no truth"),
        pytest.param(
            "rules: a", "rules: a, credit: al", 7, "did you mean 'all'", id="a bad choice"
        ),
        pytest.param(
            "points: 1", "points: effect, credit: any", 7, "says nothing", id="credit of effects"
        ),
        pytest.param("id: s\n", "id: s\n    weight: 0\n", 6, "weighs 0", id="a weight of nothing"),
        pytest.param(
            "rules: a}",
            "rules: a}\n      - {id: a, points: 1, rules: b}",
            8,
            "taken",
            id="an id twice",
        ),
        pytest.param("name: Small card", "name: ''", 3, "text is needed", id="an empty name"),
        pytest.param(
            "name: Small card", "name: x\nversion: 1.5", 4, "no whole", id="a half version"
        ),
        pytest.param(
            "name: Small card", "name: x\nbase: 0", 4, "base of 0", id="a base of nothing"
        ),
        pytest.param(
            "name: Small card", "name: x\ngrades: {a: 1, b: 1}", 4, "two grades", id="equal grades"
        ),
        pytest.param("name: Small card", "name: x\nname: y", 4, "twice", id="a key twice"),
        pytest.param("name: Small card", "name: &a x", 3, "anchors", id="an anchor"),
        pytest.param("name: Small card", "name: !!python/name:x y", 3, "tag", id="a tag"),
        pytest.param("name: Small card", "? [a]\n: b", 3, "key must be text", id="a list as key"),
        pytest.param("name: Small card", "name: [", 5, "not YAML", id="an open bracket"),
        pytest.param("sections:", "grades: 5\nsections:", 4, "a mapping", id="no mapping"),
        pytest.param("- id: s", "- s: s", 5, "unknown key 's'", id="an unknown key"),
        pytest.param("name: Small card", "name: [a]", 3, "text is needed", id="a list for text"),
        pytest.param(
            "name: Small card", "language: [zh]\nname: x", 3, "not known", id="a list for a choice"
        ),
    ],
)
def test_a_mistake_is_named_by_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(SMALL.replace(old, new), "utf-8")

    with pytest.raises(InputError) as refused:
        read_scorecard(path)

    assert refused.value.subject == f"{path}:{line}"
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"\xff\xfe", "UTF-8", id="another encoding"),
        pytest.param(b"a: \x00", "character", id="a control character"),
        pytest.param(b"#" * 1_000_001, "bytes", id="too long"),
        pytest.param(b"[" * 30 + b"]" * 30, "deeply", id="nested"),
        pytest.param(b"[" * 20_000, "deeply", id="nested beyond any reader"),
        pytest.param(b"- a", "a mapping", id="a list"),
    ],
)
def test_what_is_no_card_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_bytes(content)

    with pytest.raises(InputError, match=reason):
        read_scorecard(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml: it cannot be read"):
        read_scorecard(tmp_path / "none.yaml")


def test_a_score_without_anything_is_empty() -> None:
    assert score(card(), []) == Score("c", 2, None, 100)
