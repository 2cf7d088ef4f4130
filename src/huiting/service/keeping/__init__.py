"""Keeping and removing: the bin, legal holds, retention, sealing, backups."""
