"""Analyses kept and searched; SQLAlchemy on SQLite or PostgreSQL."""
