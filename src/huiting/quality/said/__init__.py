"""Finding phrases in what is said: folded, by sound, with what denies them, as quotes."""
