"""What is counted of calls, side by side in columns, so that many of them are counted at once."""
