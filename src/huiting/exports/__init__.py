"""Analyses as files for people and other programs.

Each module whose name has no underscore is one format of one call: its `build` returns
an `Exporter`. `write_tables` writes the tables of a whole batch. What tables are made of
serves reports too: columns, and rows streamed to CSV, XLSX and Parquet.
"""

from huiting.exports._columns import Column, Kind, Outcome
from huiting.exports._judged_columns import Names
from huiting.exports._sheets import Book, csv_table, parquet_table
from huiting.exports._shown.mood import sentence
from huiting.exports._shown.picture import picture
from huiting.exports._tables import TABLES, replacing, write_tables
from huiting.exports._tickets import ticket_json, ticket_page

__all__ = [
    "TABLES",
    "Book",
    "Column",
    "Kind",
    "Names",
    "Outcome",
    "csv_table",
    "parquet_table",
    "picture",
    "replacing",
    "sentence",
    "ticket_json",
    "ticket_page",
    "write_tables",
]
