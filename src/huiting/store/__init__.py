"""Analyses kept and searched, judgements over them; SQLAlchemy on SQLite or PostgreSQL."""

from huiting.store._analysis_codec import Told
from huiting.store._history import Kept, StoredFinding
from huiting.store._judge import Entry, Ruling, Said, prepare
from huiting.store.calls import ALL, Allowed, StoredCall, Which
from huiting.store.repository import Failure, Store, Version
from huiting.store.search import Hit, Match

__all__ = [
    "ALL",
    "Allowed",
    "Entry",
    "Failure",
    "Hit",
    "Kept",
    "Match",
    "Ruling",
    "Said",
    "Store",
    "StoredCall",
    "StoredFinding",
    "Told",
    "Version",
    "Which",
    "prepare",
]
