"""Copies of results in which nothing is left of what is private; see `redact.redacted`.

The original is never changed. What a copy left out can be read in the original alone, by
whoever may open the store: there is no key, and no map from marks to values, to be stolen.
"""
