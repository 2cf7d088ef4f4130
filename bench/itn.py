"""Inverse text normalization: share of exactly right texts, by type, and speed, beside wetext.

Reads the labelled calls beside the project (../shared/calls) and the project's own
cases, prints a table and writes it to bench/results/itn.md. A text is right when it
equals the reference, or the reference with accepted alternatives in its spans.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huiting.core.types import Role, Segment, Span
from huiting.text import itn

ROOT = Path(__file__).resolve().parents[1]
STAGE = itn.build()
RESULT = ROOT / "bench" / "results" / "itn.md"


@dataclass(frozen=True, slots=True)
class Text:
    """A spoken text, the written forms that count as right, and the types of its numbers."""

    language: str
    spoken: str
    accepted: frozenset[str]
    types: tuple[str, ...]


def own(spoken: str, language: str) -> str:
    segment = Segment(
        channel=0,
        speaker=None,
        role=Role.UNKNOWN,
        span=Span(0, 1),
        spoken=spoken,
        text=spoken,
        language=language,
    )
    return STAGE(segment).text


def wetext() -> Callable[[str, str], str]:
    from wetext import Normalizer

    by_language = {lang: Normalizer(lang=lang, operator="itn") for lang in ("zh", "en", "ja")}
    return lambda spoken, language: str(by_language[language].normalize(spoken))


def accepted(turn: dict[str, Any]) -> frozenset[str]:
    """Return the reference, and it with every accepted alternative at its place."""
    forms = {str(turn["written"])}
    for span in sorted(turn["itn"], key=lambda s: -s["written_pos"]):
        start = span["written_pos"]
        end = start + len(span["written"])
        forms |= {form[:start] + alt + form[end:] for form in forms for alt in span["alts"]}
    return frozenset(forms)


def turns(folder: Path) -> Iterator[Text]:
    for path in sorted(folder.glob("*.json")):
        call = json.loads(path.read_text("utf-8"))
        for turn in call.get("turns", [call]):
            types = {s["type"] or "kept" for s in turn["itn"] if s["spoken"] != s["written"]}
            yield Text(call["lang"], turn["spoken"], accepted(turn), tuple(types or {"no number"}))


def cases(language: str) -> Iterator[Text]:
    path = ROOT / "tests" / "unit" / "text" / f"itn_{language}_cases.tsv"
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            kind, spoken, written = line.split("\t")
            yield Text(language, spoken, frozenset(written.split("|")), (kind,))


def right(texts: Sequence[Text], write: Callable[[str, str], str]) -> Counter[str]:
    """Return how many texts are right, in all (under "") and by type."""
    counts: Counter[str] = Counter()
    for text in texts:
        if write(text.spoken, text.language) in text.accepted:
            counts.update(["", *text.types])
    return counts


def speed(texts: Sequence[Text], write: Callable[[str, str], str], seconds: float = 2.0) -> float:
    """Return texts a second of processor time, one thread."""
    began, count = time.process_time(), 0
    while time.process_time() - began < seconds:
        for text in texts[:200]:
            write(text.spoken, text.language)
            count += 1
            if time.process_time() - began >= seconds:
                break
    return count / (time.process_time() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=Path, default=ROOT.parent / "shared" / "calls")
    calls: Path = parser.parse_args().calls
    every_turn = list(turns(calls / "open"))
    sets = {"utterances dense in numbers": list(turns(calls / "numbers" / "open"))}
    for language in ("zh", "en", "ja"):
        sets[f"turns of calls, {language}"] = [t for t in every_turn if t.language == language]
        sets[f"own cases, {language}"] = list(cases(language))
    kept = (ROOT / "tests" / "unit" / "text" / "no_numbers.txt").read_text("utf-8").splitlines()
    sets["sentences without numbers"] = [
        Text("zh", line, frozenset([line]), ("no number",)) for line in kept
    ]
    report = table(sets)
    print(report)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(report, "utf-8")


def table(sets: dict[str, list[Text]]) -> str:
    other = wetext()
    lines = [
        "# Inverse text normalization",
        "",
        "Texts exactly right (whole text, given what was said).",
        "",
    ]
    lines += ["| set | texts | own grammar | wetext |", "|---|---|---|---|"]
    for name, texts in sets.items():
        marks = [share(right(texts, write)[""], len(texts)) for write in (own, other)]
        lines.append(f"| {name} | {len(texts)} | {marks[0]} | {marks[1]} |")
    labelled = [
        t for name, texts in sets.items() if "turns" in name or "dense" in name for t in texts
    ]
    ours, theirs = right(labelled, own), right(labelled, other)
    totals = Counter(kind for text in labelled for kind in text.types)
    lines += ["", "Labelled turns and utterances by type of number they hold:", ""]
    lines += ["| type | texts | own grammar | wetext |", "|---|---|---|---|"]
    lines += [
        f"| {kind} | {total} | {share(ours[kind], total)} | {share(theirs[kind], total)} |"
        for kind, total in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    ]
    lines += ["", "Texts a second of processor time, one thread:", ""]
    lines += ["| language | own grammar | wetext |", "|---|---|---|"]
    for language in ("zh", "en", "ja"):
        texts = [t for t in labelled if t.language == language]
        lines.append(f"| {language} | {speed(texts, own):,.0f} | {speed(texts, other):,.0f} |")
    return "\n".join([*lines, ""])


def share(count: int, total: int) -> str:
    return f"{count} ({100 * count / total:.1f} %)"


if __name__ == "__main__":
    main()
