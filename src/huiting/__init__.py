"""Huiting (慧听): listen to every call."""

__version__ = "0.1.0"
