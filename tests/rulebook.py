"""Rules written in a line or two, put to dialogues written the same way."""

from textwrap import dedent, indent

import yaml

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Finding
from huiting.core.yaml_file import parse
from huiting.quality.rules.asked import Context
from huiting.quality.rules.examples import dialogue_of_example, examples_of
from huiting.quality.rules.judge import judged
from huiting.quality.rules.mistakes import Mistakes
from huiting.quality.rules.read import parse_rules
from huiting.quality.rules.rule import RuleSet
from huiting.text.pronunciation import sounds_of

CONTEXT = Context(sounds_of)


def rules(text: str) -> RuleSet:
    """Return the rules of a file that holds `text` below its first line."""
    return parse_rules(f"format: huiting-rules/1\n{dedent(text)}".encode(), "r.yaml", sounds_of)


def rule(body: str, *, file: str = "") -> RuleSet:
    """Return one rule, `body` below its id and name."""
    entry = indent(f"id: r\nname: r\n{dedent(body).strip()}\n", "    ").lstrip()
    return rules(f"{dedent(file)}{file and chr(10)}rules:\n  - {entry}")


def said(*lines: str, **test: object) -> Dialogue:
    """Return the dialogue of lines such as `agent 1-3: 您好`; `test` as in a test of a rule."""
    entries = []
    for line in lines:
        head, text = line.split(": ", 1)
        entries.append({head: text})
    written = [{"dialogue": entries, "expect": "pass", **test}]
    piece = parse(yaml.safe_dump(written, allow_unicode=True).encode(), "d.yaml")
    return dialogue_of_example(examples_of(piece, Mistakes())[0], sounds_of)


def finding(found: RuleSet, dialogue: Dialogue, context: Context = CONTEXT) -> Finding:
    """Return what the last rule says; it must be able to judge."""
    result = judged(dialogue, found, context)
    assert not result.problems, result.problems
    return result.findings[-1]


def verdict(body: str, *lines: str) -> str:
    """Return the verdict of one rule on some lines."""
    return finding(rule(body), said(*lines)).verdict.value
