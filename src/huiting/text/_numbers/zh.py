"""The Chinese ITN grammar: rules for what is said in calls, in order of precedence.

The convention: phones, ids, money, dates, times, percentages and measures in
digits, with their units as spoken (号, 块, 元); H:MM when minutes are said;
counts below ten before ordinary classifiers stay words (两张, 三个月), and so do
approximations (三五天, 十几个) and fixed terms. Reads Simplified script only.
"""

import re

from huiting.text._numbers.grammar import Grammar
from huiting.text._numbers.zh_codes import CODES, LONE_DIGITS, PROVINCES
from huiting.text._numbers.zh_counts import CARDINALS, COUNTS, RELATIONS
from huiting.text._numbers.zh_kept import APPROXIMATIONS, FIXED_TERMS, NO_NUMBERS
from huiting.text._numbers.zh_shapes import ALL
from huiting.text._numbers.zh_sums import MEASURES_AND_PLACES, MONEY
from huiting.text._numbers.zh_times import CLOCKS, DATES, HOURS

RULES = (
    *NO_NUMBERS,
    *CODES,
    *APPROXIMATIONS,
    *RELATIONS,
    *CLOCKS,
    *MONEY,
    *DATES,
    *MEASURES_AND_PLACES,
    *COUNTS,
    *HOURS,
    *LONE_DIGITS,
    *CARDINALS,
)

_FIRST = "".join(sorted({term[0] for term in FIXED_TERMS}))

GRAMMAR = Grammar(
    RULES,
    start=re.compile(rf"[{ALL}幺几数负星礼周\d{_FIRST}]|[{PROVINCES}](?=[A-Za-z])"),
    run=re.compile(rf"\d++(?:[.,:/%-]\d++)++[{ALL}]*|[{ALL}幺几\d]+"),
)
