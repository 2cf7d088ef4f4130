"""A live call as a state machine without I/O: samples in, updates out.

Knows no model, no clock and no connection: time is that of the audio, what is to be decoded
is asked for (`asks`) and told (`Session.heard`) by whoever has a recognizer.
"""
