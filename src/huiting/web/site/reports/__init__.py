"""Answers over many calls as people read them: tables, charts, addresses of the calls behind."""
