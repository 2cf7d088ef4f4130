"""Analyses as files for people and other programs.

Each module whose name has no underscore is one format of one call: its `build` returns
an `Exporter`. `write_tables` writes the tables of a whole batch.
"""

from huiting.exports._columns import Outcome
from huiting.exports._judged_columns import Names
from huiting.exports._tables import TABLES, write_tables

__all__ = ["TABLES", "Names", "Outcome", "write_tables"]
