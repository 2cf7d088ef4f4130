"""The forms of documents that are no rules: what each asks for, and how it is called."""

from collections.abc import Mapping

from huiting.core.types import Role
from huiting.service.library.kinds import Kind
from huiting.web.site.library.shapes import (
    Choice,
    Either,
    Field,
    Fixed,
    Line,
    Listing,
    Number,
    Phrases,
    Record,
    Table,
    Tree,
    Truth,
    Way,
    _,
)

LANGUAGES = Field(
    "languages", _("Languages"), Phrases("languages", always=True),
    _("Of the calls that are meant; none: all."), rare=True,
)  # fmt: skip
"""Of rules and intents."""
FORMAT = Field("format", "", Fixed())
"""What kind of document it is: nobody changes it."""

_UNMARKED = r"(?!.*(?:^|\s)#)(?!.*(?:=>|＝＞|=＞|＝>)).*"
"""Neither a remark nor an arrow: in a list of hotwords they mean something."""
_HOTWORD = Record(
    (
        Field("word", _("Word"), Line(pattern=_UNMARKED), _("Written as it should be."), required=True),
        Field(
            "heard", _("Misheard as"), Line(pattern=_UNMARKED),
            _("Always replaced by the word, whatever it sounds like."),
        ),
        Field(
            "weight", _("Weight"), Number(least=0, most=10),
            _("Above 1: corrected more willingly; below 1: more carefully; empty: 1."),
        ),
    ),
    title=("word", "heard"),
    row=True,
)  # fmt: skip

_ITEM = Record(
    (
        Field("name", _("Name"), Line(), _("As it stands on the score.")),
        Field(
            "points", _("Points"),
            Either((
                Way(_("a number of points"), Number(unit=_("points"), least=0), 10),
                Way(_("what the rules add or take"), Choice(options={"effect": _("as the rules say")}), "effect"),
            )),
            _("What it is worth beside the other items of its section. Only a fatal item may have none."),
        ),
        Field(
            "rules", _("Rules"), Phrases("rules", always=True),
            _("It is judged by these; one is enough."), required=True,
        ),
        Field(
            "credit", _("Credit"),
            Choice(options={
                "all": _("full points when no rule failed"),
                "any": _("full points when one rule passed"),
                "proportional": _("the share of the rules that passed"),
            }, usual="all"),
            _("How the verdicts of several rules become points."),
        ),
        Field(
            "fatal", _("Fatal"), Truth(usual=False),
            _("When it fails, the whole score is 0."),
        ),
        Field(
            "bonus", _("Bonus"), Truth(usual=False),
            _("Points on top when it passes; nothing is lost when it does not."), rare=True,
        ),
        Field(
            "n/a", _("When no rule applies"),
            Choice(options={
                "drop": _("its points go to the other items"),
                "full": _("full points"),
                "zero": _("no points"),
            }, usual="drop"), rare=True,
        ),
        Field("id", _("Short name"), Line(), _("Once in the document; letters, digits, hyphens."), required=True),
        Field("why", _("Why it matters"), Line(long=True), _("Empty: what the rules say."), rare=True),
        Field("advice", _("Advice"), Line(long=True), _("For the agent; empty: what the rules say."), rare=True),
    ),
    title=("name", "id"),
)  # fmt: skip
_SECTION = Record(
    (
        Field("name", _("Name"), Line(), _("As it stands on the score.")),
        Field(
            "weight", _("Weight"), Number(unit=_("points"), least=0),
            _("Its share of the whole; empty: the sum of its items."),
        ),
        Field("id", _("Short name"), Line(), _("Once in the document; letters, digits, hyphens."), required=True),
        Field(
            "items", _("What is scored"),
            Listing(
                _ITEM, _("item"), _("Add an item"),
                {"id": "item", "name": "", "points": 10, "rules": []}, "id",
            ), required=True,
        ),
    ),
    title=("name", "id"),
)  # fmt: skip
_SCORECARD = Record(
    (
        FORMAT,
        Field("name", _("Name"), Line(), required=True),
        Field(
            "id", _("Short name"), Line(),
            _("Stored with every score: do not change it later. Letters, digits, hyphens."), required=True,
        ),
        Field("version", _("Version"), Number(least=1, whole=True), _("Raise it when points or rules change.")),
        Field("base", _("Full marks"), Number(unit=_("points"), least=0), _("Of a call without fault; empty: the sum of the weights.")),
        Field(
            "grades", _("Grades"), Table(_("Grade"), Number(unit=_("points")), _("Add a grade"), 0),
            _("From how many points on each holds."),
        ),
        Field(
            "uncertain", _("Until somebody has listened to what is uncertain"),
            Choice(options={
                "hold": _("it counts neither way"),
                "pass": _("it counts as passed"),
                "fail": _("it counts as failed"),
            }, usual="hold"), rare=True,
        ),
        Field(
            "language", _("Language of the explanations"),
            Choice(options={"zh": _("Chinese"), "en": _("English")}), rare=True,
        ),
        Field(
            "sections", _("Sections"),
            Listing(
                _SECTION, _("section"), _("Add a section"),
                {"id": "section", "name": "", "items": [{"id": "item", "name": "", "points": 10, "rules": []}]},
                "id",
            ), required=True,
        ),
    ),
)  # fmt: skip

_PHRASE = _("Phrase: * stands for up to eight characters, or four words.")
_KEYWORD = Either((
    Way(_("a phrase"), Line(), ""),
    Way(
        _("phrases with a weight"),
        Record((
            Field("say", _("Phrases"), Phrases(), _PHRASE, required=True),
            Field(
                "weight", _("Weight"), Number(least=-10, most=10),
                _("1 is a hint, 3 nearly decides, below 0 speaks against; empty: 1."),
            ),
            Field("by", _("Who says it"), Choice(codes=Role), _("Empty: anybody."), rare=True),
        ), title=("say",)),
        {"say": [], "weight": 2},
    ),
))  # fmt: skip
_INTENTS = Record(
    (
        FORMAT,
        Field(
            "extends", _("The list that comes with Huiting"),
            Choice(options={"default": _("add to it")}), _("Empty: this list stands alone."),
        ),
        LANGUAGES,
        Field(
            "intents", _("Intents"),
            Listing(
                Record(
                    (
                        Field("name", _("Name"), Line(), _("A path: after-sales/repair lies under after-sales."), required=True),
                        Field("about", _("What is meant by it"), Line(long=True)),
                        Field(
                            "keywords", _("Keywords"),
                            Listing(_KEYWORD, _("keyword"), _("Add keywords"), {"say": [], "weight": 2}),
                            _("Whoever says these means it."),
                        ),
                        Field(
                            "examples", _("Examples"), Phrases(always=True),
                            _("Whole sentences of customers, without the keywords: five to ten are enough."),
                        ),
                    ),
                    title=("name", "about"),
                ),
                _("intent"), _("Add an intent"), {"name": "", "examples": []}, "name",
            ), required=True,
        ),
    ),
)  # fmt: skip

_WORD = Either((
    Way(_("a word"), Line(), ""),
    Way(
        _("a word with other names"),
        Record((
            Field("value", _("Word"), Line(), _("What it is called in tables."), required=True),
            Field("aliases", _("Other names"), Phrases(always=True), _("What callers say for it.")),
        ), title=("value",)),
        {"value": "", "aliases": []},
    ),
))  # fmt: skip
_PATTERN = Either((
    Way(_("a pattern"), Line(), ""),
    Way(
        _("a pattern with conditions"),
        Record((
            Field("regex", _("Pattern"), Line(), _("A regular expression whose repetitions have an end."), required=True),
            Field("value", _("Value"), Line(), _(r"\1 is the first group; empty: all of it."), rare=True),
            Field("after", _("Only behind"), Phrases(always=True), _("One of these words stands before it, or asked for it."), rare=True),
            Field("inside", _("May be part of a longer number or word"), Truth(usual=False), rare=True),
        ), title=("regex",)),
        {"regex": ""},
    ),
))  # fmt: skip
_ENTITIES = Record(
    (
        Field(
            "entities", _("Entities"),
            Listing(
                Record(
                    (
                        Field("kind", _("Kind"), Line(suggest="entities"), _("One of ours, or a name of yours: small letters, digits and _."), required=True),
                        Field("tag", _("Tag in redacted copies"), Line(), _("Capitals, digits and _; empty: the kind in capitals."), rare=True),
                        Field("sounds_like", _("Also by sound"), Truth(usual=False), _("When other characters of the same sound were recognized.")),
                        Field("words", _("Words to find"), Listing(_WORD, _("word"), _("Add a word"))),
                        Field("patterns", _("Patterns"), Listing(_PATTERN, _("pattern"), _("Add a pattern"), {"regex": ""}), rare=True),
                    ),
                    title=("kind", "tag"),
                ),
                _("entity"), _("Add an entity"), {"kind": "", "words": [""]},
            ), required=True,
        ),
    ),
)  # fmt: skip
_DOCUMENTS = Record(
    (
        FORMAT,
        Field(
            "documents", _("Pages of your knowledge"),
            Listing(
                Record(
                    (
                        Field("title", _("Title"), Line(), required=True),
                        Field("link", _("Link"), Line(), _("https://…, or a path without spaces."), required=True),
                        Field("because", _("Why it helps here"), Line(), _("Shown beside the link."), required=True),
                        Field("when", _("Goes with calls in which"), Tree(), _("It goes with calls in which this holds."), required=True),
                    ),
                    title=("title",),
                ),
                _("page"), _("Add a page"),
                {"title": "", "link": "https://", "because": "", "when": {"said": []}},
            ), required=True,
        ),
    ),
)  # fmt: skip

SHAPES: Mapping[Kind, Record | Listing] = {
    Kind.HOTWORDS: Listing(_HOTWORD, _("hotword"), _("Add a hotword"), {"word": ""}),
    Kind.SCORECARDS: _SCORECARD,
    Kind.INTENTS: _INTENTS,
    Kind.ENTITIES: _ENTITIES,
    Kind.DOCUMENTS: _DOCUMENTS,
}
"""Of each kind."""
BUTTONS: Mapping[str, str] = {
    "add": _("Add"),
    "remove": _("Remove"),
    "copy": _("Copy"),
    "up": _("Move up"),
    "down": _("Move down"),
    "yes": _("yes"),
    "no": _("no"),
    "none": _("not given"),
    "usual": _("not given: {}"),
    "more": _("More fields"),
    "needed": _("needed"),
    "lines": _("One a line."),
    "empty": _("None yet."),
    "all": _("Show all {}"),
    "other": _("Other entries"),
    "text": _("Edit in the text"),
    "only": _("Written in a way that the form cannot show; it stays as it is."),
    "broken": _(
        "The text cannot be read as it is written now. Mend line {}, then the form comes back."
    ),
    "added": _("Added."),
    "removed": _("Removed. It can be undone."),
    "moved": _("Moved."),
    "copied": _("Copied."),
    "undo": _("Undo"),
    "redo": _("Redo"),
    "way": _("Given as"),
    "key": _("Name"),
    "new": _("new name"),
}
"""What the script says by itself."""
