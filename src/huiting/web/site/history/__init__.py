"""The history of what was handed in, the bin, and what is kept how long."""
