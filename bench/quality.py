"""Every figure on understanding a call, measured anew and put together as docs/quality.md.

Usage: python bench/quality.py [--only NAME ...] [--put-together]

Runs the benches of emotion, sounds, entities, intents, rules, judging, history, insights and
cost, one after the other, each in its own process, then joins what they wrote.
`--put-together` joins what is there without measuring.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "quality.md"
BENCHES = {
    "emotion": "Emotion / 情绪",
    "sounds": "Sounds / 声音事件",
    "rules": "Rules / 质检规则",
    "intents": "Intents / 来电原因",
    "entities": "Entities / 实体",
    "dialogues": "Dialogues in other words / 换一种说法",
    "meaning": "Wording beside lists / 措辞理解",
    "judging": "Speed of judging / 判定速度",
    "history": "Judging history again / 历史重判",
    "history_one_file": "Judging history again, one file of rules / 历史重判（单个规则文件）",
    "insights": "Across calls / 跨通话分析",
    "cost": "What it costs / 开销",
}
COMMANDS = {
    "history_one_file": ("history.py", "--rules", str(HERE.parent / "rules" / "ecommerce.yaml"))
}
"""How a bench is run that is not called by its name alone."""
INTRODUCTION = """# Quality of understanding / 理解质量

Every figure here is measured by `./dev bench quality`, on this project's own machine of two
cores, from the recordings beside the project (`../shared`); without them a bench says what it
left out. Synthetic calls flatter: see each section for what was not measured.

本页所有数字由 `./dev bench quality` 测得；合成通话的结果偏乐观，各节注明了未测的内容。
"""


def main() -> None:
    """Measure, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=BENCHES, default=list(BENCHES))
    parser.add_argument("--put-together", action="store_true")
    options = parser.parse_args()
    for name in () if options.put_together else options.only:
        print(f"== {name}", flush=True)
        command = COMMANDS.get(name, (f"{name}.py",))
        subprocess.run([sys.executable, str(HERE / command[0]), *command[1:]], check=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE}")


def page() -> str:
    """Return the page from the results there are."""
    parts = [INTRODUCTION]
    for name, title in BENCHES.items():
        written = HERE / "results" / f"{name}.md"
        body = written.read_text(encoding="utf-8") if written.exists() else "Not measured.\n"
        parts.append(f"## {title}\n\n{_lowered(body)}")
    return "\n".join(parts)


def _lowered(body: str) -> str:
    """Return a result without its title, its headings two levels down."""
    lines = body.strip().splitlines()
    kept = lines[1:] if lines and lines[0].startswith("# ") else lines
    deeper = [f"#{line}" if line.startswith("#") else line for line in kept]
    return "\n".join(deeper).strip() + "\n"


if __name__ == "__main__":
    main()
