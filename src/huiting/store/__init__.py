"""Analyses kept and searched; SQLAlchemy on SQLite or PostgreSQL."""

from huiting.store.calls import StoredCall
from huiting.store.repository import Failure, Store, Version
from huiting.store.search import Hit, Match

__all__ = ["Failure", "Hit", "Match", "Store", "StoredCall", "Version"]
