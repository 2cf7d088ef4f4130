"""Dates, times of day and durations, and what they mean in the call they are said in."""
