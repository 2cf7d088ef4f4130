"""Reviewing: what is to be looked at, who decides, what agents say to it, what it tells of rules."""
