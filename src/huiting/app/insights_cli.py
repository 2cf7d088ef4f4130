"""`huiting insights`: questions over all calls, answered with the calls behind each number.

Each command prints a table and, with `--out`, writes CSV, Excel or Parquet.
"""

import typer

from huiting.app.questions.groups import agents, compare, trends
from huiting.app.questions.spoken import hotwords, words
from huiting.app.questions.together import before, causes, outbursts
from huiting.app.tongue import say

app = typer.Typer(help=say("Questions over all calls.", "跨通话分析。"), no_args_is_help=True)
for command, english, mandarin in (
    (causes, "What occurs together with something.", "与某一结果同时出现的情况。"),
    (outbursts, "Which outbursts follow the agent's silence.", "坐席沉默之后的情绪爆发。"),
    (before, "What comes before outbursts.", "情绪爆发之前出现的情况。"),
    (words, "Frequent, rising and falling words.", "高频、上升、下降的词语。"),
    (hotwords, "New terms that might become hotwords.", "建议加入热词的新词。"),
    (trends, "A measure by day or week.", "按天或周的趋势。"),
    (compare, "A measure in two sets of calls.", "两组通话的对比。"),
    (agents, "How each agent's calls go.", "坐席报告。"),
):
    app.command(help=say(english, mandarin))(command)
