"""Rule files: what is taken, and that every mistake is named by line."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiting.core.errors import InputError
from huiting.core.judgement import Severity
from huiting.core.types import Role
from huiting.quality.rules.read import mistakes_in, parse_rules, read_rules
from huiting.quality.rules.rule import All, AnyOf, Ask, Edge, Named, Not, Times, Unit, Which
from huiting.text.pronunciation import sounds_of
from rulebook import rule, rules

WHOLE = """
name: 电商
languages: [zh, yue]
lists:
  banned: [不知道, 12315]
conditions:
  complaint: {said: 投诉, by: customer}
rules:
  - id: first-one
    name: 第一条
    why: 因为
    advice: 这样做
    severity: critical
    type: 合规
    score: {pass: 2, fail: -5}
    version: 3
    effective: {from: 2025-01-01, until: 2025-12-31}
    enabled: false
    languages: [en]
    applies: {ref: complaint}
    require: {said: [$banned, 您好], by: [agent, system], first: {turns: 3}}
  - id: second
    name: 第二条
    score: -1
    forbid: [{said: a}, {not: {said: b}}, {any: [{said: c}, {said: d}]}]
"""


def test_everything_a_rule_may_say() -> None:
    found = rules(WHOLE)
    first, second = found.rules

    assert (first.id, first.name, first.why, first.advice) == (
        "first-one",
        "第一条",
        "因为",
        "这样做",
    )
    assert (first.severity, first.type, first.version) == (Severity.CRITICAL, "合规", 3)
    assert (first.passed, first.failed, second.passed, second.failed) == (2, -5, 0, -1)
    assert (first.since, first.until) == (date(2025, 1, 1), date(2025, 12, 31))
    assert not first.enabled
    assert second.enabled
    assert first.languages == frozenset({"en"})
    assert second.languages == frozenset({"zh", "yue"})
    assert (first.forbids, second.forbids) == (False, True)
    assert isinstance(first.applies, Named)
    assert found.name == "电商"


def test_expressions_are_a_tree() -> None:
    first, second = rules(WHOLE).rules
    asked = first.demand
    assert isinstance(asked, Ask)
    assert isinstance(second.demand, All)

    assert asked.about == "不知道 / 12315 / 您好"
    assert asked.place.roles == frozenset({Role.AGENT, Role.SYSTEM})
    assert asked.place.first == Edge(3, Unit.TURNS)
    assert [type(part) for part in second.demand.parts] == [Ask, Not, AnyOf]


def test_anchors_and_counts() -> None:
    found = rule(
        """
        require:
          - {said: a, as: x, times: 2}
          - {said: b, after: x, times: {at_most: 1}}
          - {said: c, before: {hit: x, which: each, within: 30, turns: 2}}
          - {said: d, around: {hit: x, within: 3}}
    """
    )
    asks = {ask.about: ask for ask in found.rules[0].asks()}

    assert asks["a"].times == Times(2)
    assert asks["b"].times == Times(0, 1)
    assert asks["b"].place.anchors[0].which is Which.FIRST
    assert asks["c"].place.anchors[0].which is Which.EACH
    assert (asks["c"].place.anchors[0].within, asks["c"].place.anchors[0].turns) == (30, 2)
    assert asks["d"].place.anchors[0].which is Which.ANY


MISTAKES = {
    "unknown key of a rule": ("requires: {said: a}", 5, "did you mean 'require'"),
    "unknown operator": ("require: {sayd: a}", 5, "did you mean 'said'"),
    "unknown option": ("require: {said: {anny: a}}", 5, "did you mean 'any'"),
    "unknown list": ("require: {said: $x}", 5, "there is no list $x"),
    "unknown name": ("require: {ref: x}", 5, "nothing is named 'x'"),
    "unknown role": ("require: {said: a, by: agnt}", 5, "did you mean 'agent'"),
    "unknown anchor": ("require: {said: a, after: y}", 5, "nothing is named 'y'"),
    "two operators": ("require: {said: a, duration: 3}", 5, "side by side"),
    "no operator": ("require: {by: agent}", 5, "no operator here"),
    "not a condition": ("require: 您好", 5, "a condition is needed"),
    "both verdicts": ("require: {said: a}\nforbid: {said: a}", 3, "either require or forbid"),
    "neither verdict": ("why: a", 3, "either require or forbid"),
    "scope on all": ("require: {all: [{said: a}], by: agent}", 5, "goes with one operator"),
    "two lists of phrases": ("require: {said: {any: a, all: [b]}}", 5, "one list of phrases"),
    "no list of phrases": ("require: {said: {match: exact}}", 5, "one list of phrases"),
    "nothing to say": ("require: {said: '！'}", 5, "cannot be said"),
    "together with any": ("require: {said: {any: a, together: line}}", 5, "goes with all or of"),
    "of without number": ("require: {said: {of: [a, b]}}", 5, "goes with of"),
    "more than there are": ("require: {said: {of: [a], at_least: 2}}", 5, "at_least"),
    "likeness too low": ("require: {said: {any: a, similarity: 0.1}}", 5, "similarity"),
    "likeness of exact": (
        "require: {said: {any: a, match: exact, similarity: 0.9}}",
        5,
        "of no use",
    ),
    "wrong match": ("require: {said: {any: a, match: exakt}}", 5, "match"),
    "no such score": ("score: many\nrequire: {said: a}", 5, "a number is needed"),
    "no such severity": ("severity: huge\nrequire: {said: a}", 5, "critical"),
    "no date": ("effective: {from: tomorrow}\nrequire: {said: a}", 5, "a date is needed"),
    "dates exchanged": (
        "effective: {from: 2025-02-01, until: 2025-01-01}\nrequire: {said: a}",
        5,
        "exchange",
    ),
    "no language": ("languages: Chinese\nrequire: {said: a}", 5, "no language"),
    "no hits are right": (
        "require: {said: a, times: {at_least: 3, at_most: 2}}",
        5,
        "no number of hits",
    ),
    "whole of nothing": ("require: {said: a, whole: true}", 5, "whole goes with"),
    "no measure": ("require: {said: a, first: {turns: 1, percent: 2}}", 5, "one measure"),
    "more than all": ("require: {said: a, first: {percent: 120}}", 5, "more than the whole call"),
    "one end": ("require: {said: a, between: [3]}", 5, "a start and an end"),
    "ends exchanged": ("require: {said: a, between: [5, 3]}", 5, "exchange"),
    "around without distance": ("require: [{said: a, as: x}, {said: b, around: x}]", 5, "distance"),
    "around a hit without distance": (
        "require: [{said: a, as: x}, {said: b, around: {hit: x}}]",
        5,
        "distance",
    ),
    "anchor without a name": ("require: {said: a, after: {within: 3}}", 5, "name of a condition"),
    "circle": ("require: {said: a, as: x, after: x}", 5, "x needs x"),
    "circle of two": (
        "require: [{said: a, as: x, after: y}, {said: b, as: y, after: x}]",
        5,
        "y needs x needs y",
    ),
    "name twice": ("require: [{said: a, as: x}, {said: b, as: x}]", 5, "given twice"),
    "each twice": (
        (
            "require: [{said: a, as: x}, {said: b, after: {hit: x, which: each}, "
            "before: {hit: x, which: each}}]"
        ),
        5,
        "each stands twice",
    ),
    "later rule": ("require: {rule: r2}", 5, "no rule 'r2' stands before"),
    "unsafe pattern": ("require: {regex: '(a+)+b'}", 5, "repetition in a repetition"),
    "operator without option": ("require: {metadata: {is: x}}", 5, "metadata needs field"),
    "no verdict": (
        "require: {said: a}\ntests: [{dialogue: [{agent: a}], expect: passed}]",
        6,
        "passed",
    ),
    "no role in a test": (
        "require: {said: a}\ntests: [{dialogue: [{clerk: a}], expect: pass}]",
        6,
        "roles are",
    ),
    "no expectation": ("require: {said: a}\ntests: [{dialogue: [{agent: a}]}]", 6, "expect"),
    "event unknown": (
        (
            "require: {said: a}\n"
            "tests: [{dialogue: [{agent: a}], events: [{musik: 1-2}], expect: pass}]"
        ),
        6,
        "labels are",
    ),
    "event without time": (
        (
            "require: {said: a}\n"
            "tests: [{dialogue: [{agent: a}], events: [{music: now}], expect: pass}]"
        ),
        6,
        "10-20",
    ),
    "times exchanged": (
        "require: {said: a}\ntests: [{dialogue: [{agent 3-1: a}], expect: pass}]",
        6,
        "exchange",
    ),
    "said is no text": (
        "require: {said: a}\ntests: [{dialogue: [{agent: [a]}], expect: pass}]",
        6,
        "text",
    ),
    "no moment": (
        (
            "require: {said: a}\n"
            "tests: [{dialogue: [{agent: a}], metadata: {started_at: now}, expect: pass}]"
        ),
        6,
        "date",
    ),
}


EARLIER = """
    rules:
    - {id: a, name: x, enabled: false, require: {said: 您好}}
    - {id: b, name: y, ENABLED require: [{said: 您好}, {rule: a}]}
"""


def test_no_rule_may_rest_on_one_that_is_switched_off() -> None:
    with pytest.raises(InputError) as refused:
        rules(EARLIER.replace("ENABLED", ""))

    assert refused.value.subject == "r.yaml:5"
    assert "the rule 'a' is switched off" in str(refused.value)


def test_rules_that_rest_on_each_other_may_be_switched_off_together() -> None:
    found = rules(EARLIER.replace("ENABLED", "enabled: false,"))

    assert [rule.enabled for rule in found.rules] == [False, False]


@pytest.mark.parametrize(("body", "line", "says"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_by_line_and_remedy(body: str, line: int, says: str) -> None:
    with pytest.raises(InputError) as refused:
        rule(body)

    assert refused.value.subject == f"r.yaml:{line}"
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param("rules: []", 2, "a list is needed", id="no rules"),
        pytest.param("name: x", 1, "'rules' is missing", id="no list of rules"),
        pytest.param("rules: [{id: A, name: x, require: {said: a}}]", 2, "no id", id="id"),
        pytest.param("rules: [{name: x, require: {said: a}}]", 2, "'id' is missing", id="no id"),
        pytest.param("rules: [{id: a, id: b, name: x}]", 2, "twice", id="key twice"),
        pytest.param("rules: &a [*a]", 2, "anchors", id="alias in a circle"),
        pytest.param(
            "rules:\n- {id: a, name: x, require: {said: a}}\n- {id: a, name: y, require: {said: a}}",
            4, "the id 'a' is taken", id="id twice",
        ),
        pytest.param(
            "conditions: {a: {said: x}, b: {said: x, as: a}}\n"
            "rules: [{id: a, name: x, require: {said: a}}]", 2, "given twice", id="condition twice",
        ),
        pytest.param("rules: " + "[" * 500, 2, "nested", id="deep"),
        pytest.param("rules: [{id: a, name: !!python/name:os.system x}]", 2, "tag", id="tag"),
        pytest.param("rules: [\x07]", None, "not YAML", id="control character"),
        pytest.param("rules: [", 2, "not YAML", id="unfinished"),
    ],
)  # fmt: skip
def test_a_file_that_is_none(text: str, line: int | None, says: str) -> None:
    with pytest.raises(InputError) as refused:
        rules(text)

    assert refused.value.subject == ("r.yaml" if line is None else f"r.yaml:{line}")
    assert says in str(refused.value)


def test_a_wrong_format_and_too_much_are_refused() -> None:
    many = "".join(f"- {{id: r{n}, name: x, require: {{said: a}}}}\n" for n in range(2001))

    with pytest.raises(InputError, match="huiting-rules/1"):
        parse_rules(b"format: huiting-rules/9\nrules: [{}]", "r.yaml", sounds_of)
    with pytest.raises(InputError, match="more than"):
        parse_rules(b"format: " + b" " * 1_000_001, "r.yaml", sounds_of)
    with pytest.raises(InputError, match="more than 2,000 rules"):
        rules(f"rules:\n{many}")


def test_a_folder_is_all_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(
            f"format: huiting-rules/1\nrules: [{{id: {name}, name: x, require: {{said: a}}}}]\n"
        )

    assert [rule.id for rule in read_rules(tmp_path, sounds_of).rules] == ["a", "b"]
    assert read_rules(tmp_path / "a.yaml", sounds_of).name == "a"


def test_a_folder_without_rules_and_a_missing_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rules in this folder"):
        read_rules(tmp_path, sounds_of)
    with pytest.raises(InputError, match="cannot be read"):
        read_rules(tmp_path / "x.yaml", sounds_of)


def test_the_digest_changes_with_what_can_change_a_verdict_and_only_then() -> None:
    same = rule("why: a\nrequire: {said: a}").digest

    assert rule("why: b\nrequire: {said: a}").digest == same
    assert rule("why: a\nrequire: {said: b}").digest != same
    assert rule("why: a\nrequire: {said: a}", file="lists: {x: [a]}").digest != same
    assert rule("why: a\nrequire: {said: a}\nscore: 1").digest != same


def test_hyphens_may_stand_for_underscores() -> None:
    found = rule("require: {talk-ratio: {above: 0.5}, by: agent}")

    assert next(found.rules[0].asks()).kind == "talk_ratio"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="abc: {}[],-\n\"'&*!|>#%@`$\t您", max_size=60))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    try:
        parse_rules(b"format: huiting-rules/1\n" + text.encode(), "r.yaml", sounds_of)
    except InputError as refused:
        assert refused.subject.startswith("r.yaml")  # noqa: PT017  (most texts are refused)
    else:
        pytest.fail("no text of these letters holds a rule")


MANY = """format: huiting-rules/1
nam: typo
lists:
  empty: []
conditions:
  greeted: {said: {any: 您好, like: 3}}
  asked: {said: 几点, frist: 10, by: agnet}
rules:
  - id: One
    name: one
    severity: grave
    require: {ref: greeted}
  - id: two
    name: two
    version: 1.5
    require:
      all:
        - {said: 再见, after: nobody}
        - {silence: {longer_than: ten}}
        - {ref: greeted}
        - {said: $nothing, as: found}
        - {said: 好, after: found}
    tests:
      - {expect: maybe, dialogue: [agent: 您好]}
      - {expect: pass, dialogue: [somebody: 您好, agent: 再见]}
  - id: three
    name: three
    require: {rule: two}
  - id: two
    name: again
    require: {rule: later}
  - id: three
    name: twice
    forbid: {said: 好}
"""


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(MANY, "utf-8")
    found = [(int(e.subject.rsplit(":", 1)[1]), e.reason) for e in mistakes_in(path, sounds_of)]

    assert found == [
        (2, "unknown key 'nam'"),
        (4, "a list is needed here"),
        (6, "said has no option 'like'"),
        (7, "unknown key 'frist'"),
        (7, "'agnet' is not known here"),
        (9, "'One' is no id"),
        (11, "'grave' is not known here"),
        (15, "1.5 is no whole number"),
        (18, "nothing is named 'nobody'"),
        (19, "silence, longer-than: 'ten' is no number"),
        (21, "there is no list $nothing"),
        (24, "'maybe' is not known here"),
        (25, "no line of a dialogue"),
        (31, "no rule 'later' stands before this one"),
        (32, "the id 'three' is taken"),
    ]


def test_mistakes_of_a_folder_are_those_of_its_files(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("format: other/2\nrules: [{id: r}]\n", "utf-8")
    (tmp_path / "c.yaml").write_text("rules: [\n", "utf-8")
    told = [error.subject.rsplit("/", 1)[1] for error in mistakes_in(tmp_path, sounds_of)]

    assert told == ["a.yaml:1", *["a.yaml:2"] * 2, "b.yaml:1", *["b.yaml:2"] * 2, "c.yaml:1"]
    assert "cannot be read" in next(e.reason for e in mistakes_in(tmp_path / "no", sounds_of))
