"""Finding phrases in what was said: as written, and as it sounds."""
