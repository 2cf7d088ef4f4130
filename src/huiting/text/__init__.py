"""Segment to segment: script, hotwords, inverse text normalization, punctuation; and error rates."""
