"""Live calls: taken in while they run, kept as they come, heard, shown, and analyzed at the end."""
