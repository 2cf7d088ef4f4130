"""Inboxes: places where other systems drop recordings; one module a kind of place.

A sweep looks at a place, waits until a file has come to rest, hands it in, and moves it
out of the way. Knows no store and no queue: it is given a function that takes a file in.
"""
