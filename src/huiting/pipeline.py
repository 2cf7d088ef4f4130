"""Turn one recording into one analysis."""
