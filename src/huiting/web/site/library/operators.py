"""The conditions of rules as a form asks for them: each operator's name in words, its group, its fields.

The fields of an operator come from the language's own schema, what each is for from its manual.
Here stands only how they are called. An operator that is not named here is offered all the same,
under its key.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from huiting.core.judgement import Verdict
from huiting.core.meaning import OutcomeKind
from huiting.core.types import EmotionLabel, EventLabel, Role
from huiting.quality.rules.manual import Page, pages
from huiting.quality.rules.schema import schema
from huiting.web.site.library.shapes import (
    Choice,
    Either,
    Field,
    Line,
    Number,
    Phrases,
    Record,
    Truth,
    Way,
    _,
    say,
    told,
)

GROUPS: Mapping[str, str] = {
    "words": _("What somebody says"),
    "sound": _("How it sounds"),
    "pace": _("Who speaks when"),
    "meaning": _("The matter of the call"),
    "call": _("What is known of the call"),
    "": _("Others"),
}
"""In the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Named:
    """An operator for people."""

    group: str
    name: str


NAMES: Mapping[str, Named] = {
    "said": Named("words", _("somebody says…")),
    "phrase": Named("words", _("says words in order, with little between them")),
    "wildcard": Named("words", _("says a phrase with gaps (* and ?)")),
    "regex": Named("words", _("says what matches a pattern")),
    "similar": Named("words", _("says something of the same meaning")),
    "repeated": Named("words", _("says the same again and again")),
    "entity": Named("words", _("names a number, an amount, a product…")),
    "emotion": Named("sound", _("emotion…")),
    "sound": Named("sound", _("a sound is heard: music, laughter…")),
    "loudness": Named("sound", _("speaks loudly, or suddenly louder")),
    "rate": Named("sound", _("speaks fast or slowly")),
    "silence": Named("pace", _("silence longer than…")),
    "overlap": Named("pace", _("both speak at once")),
    "interruption": Named("pace", _("interrupts the other")),
    "response": Named("pace", _("takes long to answer")),
    "talk_ratio": Named("pace", _("share of the talk")),
    "turns": Named("pace", _("number of turns")),
    "intent": Named("meaning", _("reason of the call…")),
    "outcome": Named("meaning", _("how the call ended")),
    "churn": Named("meaning", _("the customer may leave")),
    "urgency": Named("meaning", _("it is urgent")),
    "ask": Named("meaning", _("a question to the language model")),
    "duration": Named("call", _("length of the call")),
    "began": Named("call", _("when the call began")),
    "language": Named("call", _("language of the call")),
    "metadata": Named("call", _("a field that came with the call")),
    "rule": Named("call", _("what an earlier rule says")),
}
"""By key."""
_OPTIONS: Mapping[str, str] = {
    "any": _("Any of these"),
    "all": _("Every one of these"),
    "of": _("So many of these"),
    "none": _("None of these"),
    "at_least": _("At least"),
    "match": _("How they are found"),
    "similarity": _("Likeness that is enough"),
    "negated": _("When it is denied"),
    "together": _("Together in"),
    "unless": _("Not beside these"),
    "text": _("Phrase"),
    "words": _("Words in order"),
    "gap": _("Characters between, at most"),
    "pattern": _("Pattern"),
    "exclude": _("Not where this matches"),
    "on": _("Looks at"),
    "to": _("Sentences of that meaning"),
    "times": _("How often"),
    "shortest": _("Shortest that counts"),
    "kind": _("Kind"),
    "value": _("What it must be"),
    "checksum": _("Check digit right"),
    "is": _("Is one of"),
    "trend": _("Goes up or down"),
    "longer_than": _("Longer than"),
    "shorter_than": _("Shorter than"),
    "after": _("Spoke before it"),
    "expected": _("Who should speak"),
    "announced": _("The agent had asked to wait"),
    "music": _("Hold music"),
    "by": _("Who it is"),
    "above": _("Above"),
    "below": _("Below"),
    "equals": _("Exactly"),
    "jump_above": _("Sudden rise above"),
    "field": _("Field"),
    "matches": _("Matches the pattern"),
    "exists": _("Is there at all"),
    "between": _("Between"),
    "weekday": _("Days of the week"),
    "id": _("Rule"),
    "verdict": _("Verdict"),
    "question": _("Question"),
}
_TITLES: Mapping[tuple[str, str], str] = {
    ("emotion", "of"): _("What goes up or down"),
    ("rate", "of"): _("Of which rate"),
    ("response", "of"): _("Of which time"),
}
_SECONDS = Number(unit=_("seconds"), least=0)
_SHARE = Number(least=0, most=1)
_SPEAKER = Choice(codes=Role)
_SPEAKERS = Choice(codes=Role, several=True)


def _codes(codes: type[StrEnum]) -> Choice:
    return Choice(codes=codes, several=True)


_SHAPES: Mapping[tuple[str, str], object] = {
    ("", "match"): Choice(options={"exact": _("as written"), "sounds-like": _("also by sound")}),
    ("", "negated"): Choice(options={
        "count": _("it counts all the same"),
        "skip": _("it does not count"),
        "only": _("only then it counts"),
    }),
    ("", "similarity"): Number(least=0.5, most=1),
    ("", "together"): Choice(options={
        "line": _("one sentence"), "turn": _("one turn"), "scope": _("all that is looked at"),
    }),
    ("", "longer_than"): _SECONDS,
    ("", "shorter_than"): _SECONDS,
    ("regex", "on"): Choice(options={"text": _("text as written"), "spoken": _("words as spoken")}),
    ("similar", "at_least"): _SHARE,
    ("emotion", "is"): _codes(EmotionLabel),
    ("emotion", "at_least"): _SHARE,
    ("emotion", "trend"): Choice(options={"rising": _("rising"), "falling": _("falling")}),
    ("emotion", "of"): Choice(options={
        "anger": _("anger"), "arousal": _("excitement"), "valence": _("pleasure"),
    }),
    ("sound", "is"): _codes(EventLabel),
    ("sound", "at_least"): _SHARE,
    ("silence", "after"): _SPEAKER,
    ("silence", "expected"): _SPEAKER,
    ("silence", "music"): Choice(options={"counts": _("counts as silence")}),
    ("overlap", "by"): _SPEAKERS,
    ("interruption", "by"): _SPEAKERS,
    ("rate", "above"): Number(unit=_("a minute"), least=0),
    ("rate", "below"): Number(unit=_("a minute"), least=0),
    ("rate", "of"): Choice(options={
        "segment": _("single lines"), "average": _("average"), "peak": _("fastest"),
    }),
    ("loudness", "jump_above"): Number(unit="dB"),
    ("loudness", "above"): Number(unit="dBFS"),
    ("loudness", "below"): Number(unit="dBFS"),
    ("talk_ratio", "above"): _SHARE,
    ("talk_ratio", "below"): _SHARE,
    ("duration", "above"): _SECONDS,
    ("duration", "below"): _SECONDS,
    ("duration", "equals"): _SECONDS,
    ("response", "above"): _SECONDS,
    ("response", "below"): _SECONDS,
    ("response", "of"): Choice(options={"median": _("middle"), "longest": _("longest")}),
    ("began", "weekday"): Choice(options={
        "mon": _("Monday"), "tue": _("Tuesday"), "wed": _("Wednesday"), "thu": _("Thursday"),
        "fri": _("Friday"), "sat": _("Saturday"), "sun": _("Sunday"),
    }, several=True),
    ("language", "is"): Phrases("languages"),
    ("intent", "is"): Phrases("intents"),
    ("intent", "at_least"): _SHARE,
    ("outcome", "is"): _codes(OutcomeKind),
    ("churn", "at_least"): _SHARE,
    ("urgency", "at_least"): _SHARE,
    ("rule", "id"): Line(suggest="rules"),
    ("rule", "verdict"): _codes(Verdict),
    ("entity", "kind"): Phrases("entities"),
    ("metadata", "field"): Line(suggest="fields"),
    ("entity", "value"): Either((
        Way(_("this value"), Line(), ""),
        Way(
            _("bounds"),
            Record((
                Field("above", _("Above"), Number()), Field("below", _("Below"), Number()),
                Field("equals", _("Exactly"), Number()), Field("matches", _("Matches the pattern"), Line()),
            ), strict=True),
            {"above": 0},
        ),
    )),
}  # fmt: skip
"""Of options whose type alone does not say how they are asked for; an empty operator is any."""
_BEGIN: Mapping[str, Any] = {
    "said": {"said": [], "by": "agent"},
    "wildcard": {"wildcard": [], "by": "agent"},
}
"""What a new condition holds where the manual's example is none to begin with."""


def _edge(name: str) -> Either:
    return Either((
        Way(_("seconds"), _SECONDS, 15),
        Way(_("turns"), Record((Field("turns", name, Number(least=1, whole=True)),), strict=True), {"turns": 3}),
        Way(_("share of the call"), Record((Field("percent", name, Number(unit="%", least=0, most=100)),), strict=True), {"percent": 20}),
        Way(_("seconds, written out"), Record((Field("seconds", name, _SECONDS),), strict=True), {"seconds": 15}),
    ))  # fmt: skip


def _anchor(which: str) -> Either:
    named = Line(suggest="names")
    return Either((
        Way(_("a named condition"), named, ""),
        Way(
            _("a named condition, with limits"),
            Record((
                Field("hit", _("Named condition"), named, required=True),
                Field("within", _("Within"), _SECONDS),
                Field("turns", _("Within turns"), Number(least=1, whole=True)),
                Field("which", _("Which hit"), Choice(options={
                    "first": _("the first"), "last": _("the last"), "any": _("any of them"),
                    "each": _("each of them by itself"),
                }, usual=which)),
            ), strict=True),
            {"hit": "", "within": 30},
        ),
    ))  # fmt: skip


SCOPE = Record(
    (
        Field("by", _("Who it is"), _SPEAKERS, _("Nobody chosen: anybody.")),
        Field("first", _("Only at the beginning"), _edge(_("The first")), rare=True),
        Field("last", _("Only at the end"), _edge(_("The last")), rare=True),
        Field("after", _("After it"), _anchor("first"), _("What another condition has found, by its name."), rare=True),
        Field("before", _("Before it"), _anchor("last"), rare=True),
        Field("around", _("Around"), _anchor("any"), rare=True),
        Field(
            "times", _("How often"),
            Either((
                Way(_("so many times, at least"), Number(least=1, whole=True), 2),
                Way(
                    _("from, to"),
                    Record((
                        Field("at_least", _("At least"), Number(whole=True)),
                        Field("at_most", _("At most"), Number(whole=True)),
                    ), strict=True),
                    {"at_most": 2},
                ),
            )),
            _("Empty: once is enough."), rare=True,
        ),
        Field("whole", _("Must also end there"), Truth(usual=False), rare=True),
        Field("as", _("Name of this condition"), Line(), _("Others can point at it: after it, before it."), rare=True),
    ),
)  # fmt: skip
"""Where and when a condition looks."""


def conditions(tongue: str) -> dict[str, Any]:
    """Return what the form of a condition is drawn from."""
    known = {page.operator: page for page in pages()}
    definitions = schema()["$defs"]
    offered = []
    for key, page in known.items():
        named = NAMES.get(key, Named("", key))
        record = Record(
            tuple(_fields(page, definitions[f"operator.{key}"], tongue)), alone=_first(page)
        )
        offered.append({
            "key": key, "group": named.group, "name": say(named.name, tongue),
            "help": page.text.said(tongue), "shape": told(record, tongue),
            "begin": _BEGIN.get(key) or yaml.safe_load(page.examples[0]),
        })  # fmt: skip
    groups = [[key, say(label, tongue)] for key, label in GROUPS.items()]
    return {"operators": offered, "groups": groups, "scope": told(SCOPE, tongue)}


def _fields(page: Page, definition: Mapping[str, Any], tongue: str) -> Iterator[Field]:
    """Yield the options of an operator, as its schema and its manual have them."""
    [whole] = [one for one in definition["anyOf"] if "properties" in one]
    for number, option in enumerate(page.options):
        name = option.option
        yield Field(
            name,
            _TITLES.get((page.operator, name)) or _OPTIONS.get(name, name),
            _shape(page.operator, name, whole["properties"][name]),
            _help(option.said(tongue)),
            required=name in whole.get("required", ()),
            rare=number > 0 and name not in whole.get("required", ()),
        )


def _help(text: str) -> str:
    """Return what the manual says of an option; not what speaks of codes, which have names here."""
    return "" if "`" in text else text


def _first(page: Page) -> str:
    return page.options[0].option


def _shape(operator: str, option: str, definition: Mapping[str, Any]) -> object:
    """Return how an option is asked for: as the table says, else by its type."""
    for key in ((operator, option), ("", option)):
        if key in _SHAPES:
            return _SHAPES[key]
    kinds = {one.get("type") for one in definition.get("anyOf", [definition])} - {None}
    if "array" in kinds:
        return Phrases()
    if "string" in kinds:
        return Line()
    if "boolean" in kinds:
        return Truth()
    return Number(whole="integer" in kinds)
