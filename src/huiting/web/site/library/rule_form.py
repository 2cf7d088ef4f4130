"""The form of rules: what is asked for of each, its little tests, and rules to begin with."""

from huiting.core.judgement import Severity, Verdict
from huiting.web.site.library.forms import FORMAT, LANGUAGES
from huiting.web.site.library.shapes import (
    Choice,
    Demand,
    Either,
    Example,
    Field,
    Line,
    Listing,
    Number,
    Phrases,
    Record,
    Table,
    Tree,
    Truth,
    Turn,
    Way,
    _,
)

_POINTS = Number(unit=_("points"))
_SCORE = Either((
    Way(_("when failed"), _POINTS, -5),
    Way(
        _("passed and failed"),
        Record((Field("pass", _("Passed"), _POINTS), Field("fail", _("Failed"), _POINTS)), row=True, strict=True),
        {"pass": 0, "fail": -5},
    ),
))  # fmt: skip
_TEST = Record(
    (
        Field("name", _("Name"), Line()),
        Field(
            "dialogue", _("Dialogue"),
            Listing(Turn(), _("line"), _("Add a line"), {"agent": ""}), required=True,
        ),
        Field("expect", _("Expected verdict"), Choice(codes=Verdict), required=True),
    ),
    title=("name",),
)  # fmt: skip
_NAMED = Table(_("Name of the condition"), Tree(), _("Add a named condition"), {"said": []})
_RULE = Record(
    (
        Field("name", _("Name"), Line(), required=True),
        Field("severity", _("Severity"), Choice(codes=Severity, usual="minor")),
        Field("enabled", _("Switched on"), Truth(usual=True), _("Switched off it says nothing, and scorecards pass it over.")),
        Field("applies", _("Applies when"), Tree(), _("The premise: where it does not hold, the rule says nothing. Empty: always.")),
        Field("require", _("What is judged"), Demand(("require", "forbid")), required=True),
        Field("why", _("Why it matters"), Line(long=True)),
        Field("advice", _("Advice"), Line(long=True), _("For the agent who did not keep it.")),
        Field("score", _("Points"), _SCORE, _("Added to the score, or taken from it."), rare=True),
        Field("type", _("Label"), Line(), _("Any word by which rules are sorted."), rare=True),
        Field("id", _("Short name"), Line(), _("Once in the file; small letters, digits, hyphens. Never change it later."), required=True),
        Field("version", _("Version"), Number(least=1, whole=True), _("Raise it when the rule changes."), rare=True),
        Field(
            "effective", _("In effect"),
            Record((Field("from", _("From day"), Line(day=True)), Field("until", _("To day"), Line(day=True))), row=True),
            _("By the day of the call."), rare=True,
        ),
        LANGUAGES,
        Field("conditions", _("Named conditions of this rule"), _NAMED, rare=True),
        Field(
            "tests", _("Tests"),
            Listing(
                _TEST, _("test"), _("Add a test"),
                {"name": "", "dialogue": [{"customer": ""}, {"agent": ""}], "expect": "pass"},
            ),
            _("Little dialogues, each with the verdict that is expected."),
        ),
    ),
    title=("name", "id"),
    saying=True,
)  # fmt: skip
EXAMPLES = (
    Example(_("a greeting within 15 seconds"), {
        "id": "greeting", "name": "开头问候", "severity": "minor", "score": -2,
        "require": {"said": ["您好", "你好", "hello"], "by": "agent", "first": 15},
    }),
    Example(_("words that must not be said"), {
        "id": "banned-words", "name": "服务禁语", "severity": "critical", "score": -10,
        "forbid": {"said": {"any": ["不归我管", "你自己看"], "negated": "skip"}, "by": "agent"},
    }),
    Example(_("an apology after a complaint"), {
        "id": "apology", "name": "投诉后致歉", "severity": "major", "score": -5,
        "conditions": {"complaint": {"said": {"any": ["投诉", "失望"], "negated": "skip"}, "by": "customer"}},
        "applies": {"ref": "complaint"},
        "require": {"said": ["抱歉", "对不起"], "by": "agent", "after": {"hit": "complaint", "within": 30}},
    }),
    Example(_("no long silence without a word"), {
        "id": "dead-air", "name": "静默前未告知", "severity": "minor", "score": -2,
        "forbid": {"silence": {"longer_than": 10, "expected": "agent", "announced": False}},
    }),
    Example(_("an angry customer is calmed"), {
        "id": "calm", "name": "客户发火后安抚", "severity": "major", "score": -5,
        "applies": {"emotion": {"is": "ANGRY", "at_least": 0.7}, "by": "customer", "as": "anger"},
        "require": {"any": [
            {"said": ["抱歉", "理解您"], "by": "agent", "after": {"hit": "anger", "within": 60}},
            {"said": ["马上处理", "马上给您"], "by": "agent", "after": {"hit": "anger", "within": 60}},
        ]},
    }),
)  # fmt: skip
RULES = Record(
    (
        FORMAT,
        Field("name", _("Name"), Line()),
        LANGUAGES,
        Field("lists", _("Lists of phrases"), Table(_("Name"), Phrases(always=True), _("Add a list"), []), _("A rule may use one as $name."), rare=True),
        Field("conditions", _("Named conditions"), _NAMED, _("Every rule of the file may point at them."), rare=True),
        Field(
            "rules", _("Rules"),
            Listing(
                _RULE, _("rule"), _("Add a rule"),
                {"id": "rule", "name": "", "severity": "minor", "require": {"said": [], "by": "agent"}},
                "id", EXAMPLES,
            ), required=True,
        ),
    ),
)  # fmt: skip
"""Of a file of rules."""
TREE_WORDS = {
    "choose": _("Choose a condition"),
    "search": _("Search"),
    "close": _("Close"),
    "all-of": _("all of these hold"),
    "any-of": _("one of these holds"),
    "not-of": _("this does not hold"),
    "always": _("Always."),
    "condition": _("Add a condition"),
    "group": _("Add a group"),
    "deny": _("Turn round: must not hold"),
    "plain": _("Take the “not” away"),
    "change": _("Change the condition"),
    "pointed": _("a named condition holds"),
    "joined": _("A group of conditions"),
    "require": _("must hold"),
    "forbid": _("must not hold"),
    "say": _("In words:"),
    "say-if": _("When {}:"),
    "say-not": _("not ({})"),
    "say-and": _(" and "),
    "say-or": _(" or "),
    "comma": _(", "),
    "from-example": _("New from an example…"),
    "speaker": _("Who speaks"),
    "time": _("Seconds, such as 3 or 3-5"),
    "words": _("Words of the line"),
    "nothing": _("Nothing is found."),
}
"""What the script says of conditions."""
