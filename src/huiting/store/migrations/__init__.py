"""Alembic's environment; run by `huiting.store._migrate`, never from a shell."""
