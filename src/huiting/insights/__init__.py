"""What many calls show together: causes, words, trends, agents."""
