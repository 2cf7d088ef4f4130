"""What a worker is made of: claims, the crew of threads, where jobs come from, who is dead."""
