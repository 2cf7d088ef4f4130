"""Bytes in, samples out: probe, decode, resample, look at the channels. Knows no model."""
