"""What a text says that has a value: sums, numbers, dates, names; a module a family.

A finder is a pure function from a `Passage` to candidates; `stage` puts them together.
"""
