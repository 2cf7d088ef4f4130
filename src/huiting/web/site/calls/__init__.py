"""The table of calls: what its address asks for, its chips, its columns."""
