"""What reading the wording adds to lists of words, on lines and calls that neither was made from.

Usage: python bench/meaning.py [--misses]

Three comparisons, each without and with the heads of engines/meaning.npz, which saw none of
these texts: lines written after all was frozen (meaning_fresh.tsv); the dialogues of
bench/dialogues.py with the lists as they stood before those were written, taken from the
history of the project, so that nothing in the comparison knew them; and with the lists of
today, which were widened after them. Writes results/meaning.md.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dialogues import HERE, SAID, SETS, Talk, share, talks  # type: ignore[import-not-found]
from huiting.core import yaml_file as yaml
from huiting.core.errors import ModelUnavailable
from huiting.core.meaning import Meaning, OutcomeKind
from huiting.core.ports import Embedder
from huiting.core.reading import Reader
from huiting.core.types import Audio, Call, EmotionLabel, Role, Segment, Span
from huiting.engines import e5, meaning
from huiting.engines._emotion_heads import load
from huiting.engines._lexicon import Lexicon, lexicon, read
from huiting.engines.emotion import WEIGHTS, Emotions
from huiting.quality.intents.decide import Judge
from huiting.quality.intents.kinds import Kind, merged
from huiting.quality.intents.read import default_intents, read_intents
from huiting.quality.intents.stage import intents_of
from huiting.quality.outcome import outcome_stage
from huiting.quality.said import signs
from huiting.text.pronunciation import sounds_of

sys.path.insert(0, str(HERE.parent / "tests"))
import fakes

FRESH = HERE / "meaning_fresh.tsv"
RESULTS = HERE / "results" / "meaning.md"
BEFORE = "43fbba7"
"""The commit that brought the first dialogues, when no list had been widened for them."""
PLACES = {
    "zh": "src/huiting/quality/intents/lists/zh.yaml",
    "en": "src/huiting/quality/intents/lists/en.yaml",
    "ja": "src/huiting/quality/intents/lists/ja.yaml",
    "words": "src/huiting/engines/emotion_words.toml",
    "signs": "src/huiting/quality/said/signs.yaml",
}
KANA, HANGUL = range(0x3040, 0x3100), range(0xAC00, 0xD7B0)
CALM = EmotionLabel.NEUTRAL


@dataclass(frozen=True, slots=True)
class Lists:
    """The words that are listed, of one day."""

    kinds: tuple[Kind, ...]
    words: Lexicon
    signs: tuple[signs.Sign, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One of the fresh lines."""

    role: Role
    intent: str
    feeling: str
    state: str
    text: str

    @property
    def segment(self) -> Segment:
        """Return it as it is heard."""
        kana = any(ord(c) in KANA for c in self.text)
        language = "en" if self.text.isascii() else "ja" if kana else "zh"
        return fakes.says(self.role, 0, 5, self.text, language=language)

    @property
    def call(self) -> Call:
        """Return a call of this line alone."""
        return fakes.call(self.segment, language=self.segment.language)

    @property
    def end(self) -> Call:
        """Return a call that ends with this line, after two that tell nothing."""
        opened = fakes.says(Role.CUSTOMER, 0, 1, "喂，您好，有个事儿跟您说")
        asked = fakes.says(Role.AGENT, 1, 2, "您好，您请说")
        said = replace(self.segment, span=Span(2, 7))
        return fakes.call(opened, asked, said)


def fresh() -> list[Line]:
    rows = [row.split("\t") for row in FRESH.read_text("utf-8").splitlines() if row[:1] != "#"]
    return [Line(Role(row[0]), *row[1:]) for row in rows]


def lists_of_today() -> Lists:
    return Lists(default_intents(), lexicon(), signs.shipped())


def lists_before(folder: Path) -> Lists | None:
    """Return the lists as they were; None where the history is not at hand."""
    for name, path in PLACES.items():
        told = subprocess.run(
            ["git", "-C", str(HERE), "show", f"{BEFORE}:{path}"],
            capture_output=True,
            check=False,
        )
        if told.returncode:
            return None
        (folder / f"{name}{Path(path).suffix}").write_bytes(told.stdout)
    kinds = merged(k for n in ("zh", "en", "ja") for k in read_intents(folder / f"{n}.yaml"))
    return Lists(kinds, Lexicon(read(folder / "words.toml")), tuple(_signs(folder / "signs.yaml")))


def _signs(path: Path) -> Iterator[signs.Sign]:
    top = yaml.mapping(yaml.read(path), ("format", "signs"))
    for piece in yaml.sequence(top["signs"]):
        entry = yaml.mapping(piece, ("name", "by", "weight", "languages", "say"))
        languages = tuple(yaml.text(each) for each in yaml.sequence(entry["languages"]))
        name, weight = yaml.text(entry["name"]), yaml.number(entry["weight"], 0)
        for said in yaml.sequence(entry["say"]):
            yield signs.Sign(name, yaml.text(said), weight, Role(yaml.text(entry["by"])), languages)


class Way:
    """A way of telling: some lists, with or without reading the wording."""

    def __init__(self, lists: Lists, embedder: Embedder, reader: Reader | None) -> None:
        self._judge = Judge(lists.kinds, sounds_of, embedder, reader=reader)
        self._tagger = Emotions(load(WEIGHTS), lists.words, reader)
        self._unheard = self._tagger.listen(Audio(np.zeros(0, np.float32), 16_000), None)
        now, signs.shipped = signs.shipped, lambda: lists.signs  # type: ignore[assignment]
        try:
            self._stage = outcome_stage(sounds_of, reader)
        finally:
            signs.shipped = now

    def intent(self, call: Call) -> str:
        """Return why the customer calls."""
        found = intents_of(self._judge.look(call))
        return found[0].name if found else ""

    def outcome(self, call: Call) -> OutcomeKind:
        """Return how the matter stands."""
        found = self._stage(call, Meaning()).outcome
        return found.kind if found else OutcomeKind.UNKNOWN

    def feeling(self, segment: Segment) -> EmotionLabel:
        """Return what is felt, by the words alone; what is not known is taken for calm."""
        found = self._tagger.judge([segment], [self._unheard])[0].label
        return found if found in SAID.values() else CALM


def of_lines(lines: Sequence[Line], way: Way, misses: list[str]) -> list[str]:
    asking = [x for x in lines if x.intent != "-"]
    told = [way.intent(x.call) for x in asking]
    misses += [
        f"{x.intent}, told {t}: {x.text}"
        for x, t in zip(asking, told, strict=True)
        if x.intent != t
    ]
    ending = [x for x in lines if x.state != "-"]
    ends = [way.outcome(x.end) for x in ending]
    misses += [
        f"{x.state}, told {t}: {x.text}"
        for x, t in zip(ending, ends, strict=True)
        if x.state != t.value
    ]
    silent = [x for x in lines if x.state == "-" and x.role is Role.AGENT and x.intent == "-"]
    early = sum(way.outcome(x.end) is not OutcomeKind.UNKNOWN for x in silent)
    return [
        _share(sum(x.intent == t for x, t in zip(asking, told, strict=True)), len(asking)),
        _share(sum(x.state == t.value for x, t in zip(ending, ends, strict=True)), len(ending)),
        f"{early} of {len(silent)}",
        *feelings([(SAID[x.feeling], way.feeling(x.segment)) for x in lines if x.feeling != "-"]),
    ]


def of_talks(found: Sequence[Talk], way: Way) -> list[str]:
    intents = sum(t.label["intent"] in way.intent(t.call).split("/") for t in found)
    ends = sum(t.label["outcome"] == way.outcome(t.call).value for t in found)
    pairs = []
    for talk in found:
        turns = sorted(talk.label["turns"], key=lambda t: t["text"])
        segments = sorted(talk.call.segments, key=lambda s: s.text)
        for turn, segment in zip(turns, segments, strict=True):
            if segment.role is Role.CUSTOMER:
                pairs.append((SAID[turn["emotion"]], way.feeling(segment)))
    return [_share(intents, len(found)), _share(ends, len(found)), *feelings(pairs)]


def feelings(pairs: Sequence[tuple[EmotionLabel, EmotionLabel]]) -> list[str]:
    """Return right, found and false anger, and neutral lines that are called something."""
    angry = EmotionLabel.ANGRY
    there = [told for true, told in pairs if true is angry]
    others = [told for true, told in pairs if true is not angry]
    calm = [told for true, told in pairs if true is CALM]
    return [
        _share(sum(true is told for true, told in pairs), len(pairs)),
        _share(there.count(angry), len(there)),
        f"{others.count(angry)} of {len(others)}",
        f"{sum(told is not CALM for told in calm)} of {len(calm)}",
    ]


def _share(right: int, of: int) -> str:
    return f"{right} of {of} ({share(right, of)})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
    ]


FELT = ("feelings right", "anger found", "false anger", "calm called something")


def report(before: Lists | None, today: Lists, misses: list[str]) -> list[str]:
    embedder, reader = e5.build(), meaning.build()
    lines = [
        "# Meaning: what wording adds to lists",
        "",
        "Written by `python bench/meaning.py`.",
        "",
    ]
    ways = {"listed words": Way(today, embedder, None), "and wording": Way(today, embedder, reader)}
    found = fresh()
    lines += [f"## {len(found)} lines written after all was frozen", ""]
    head = (
        "by",
        "why they call",
        "how the matter stands",
        "agent lines that say nothing of it, told so",
        *FELT,
    )
    rows = []
    for name, way in ways.items():
        missed: list[str] = []
        rows.append((name, *of_lines(found, way, missed)))
    misses += missed
    lines += table(head, rows)
    for when, lists in (
        (f"before the dialogues were written ({BEFORE})", before),
        ("today", today),
    ):
        lines += [f"## Dialogues, with the lists of {when}", ""]
        if lists is None:
            lines += ["Left out: the history of the project is not at hand.", ""]
            continue
        made = {
            "listed words": Way(lists, embedder, None),
            "and wording": Way(lists, embedder, reader),
        }
        rows = [
            (name, by, *of_talks(talks(name), way)) for name in SETS for by, way in made.items()
        ]
        lines += table(("set", "by", "why they call", "outcome", *FELT), rows)
    return lines


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--misses", action="store_true", help="print what was missed")
    chosen = options.parse_args()
    misses: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            lines = report(lists_before(Path(folder)), lists_of_today(), misses)
        except ModelUnavailable as error:
            lines = ["# Meaning: what wording adds to lists", "", f"Left out: {error}", ""]
    RESULTS.write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))
    if chosen.misses:
        print("\n".join(misses))


if __name__ == "__main__":
    main()
