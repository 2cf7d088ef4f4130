"""What is done with people: let in, added, changed. HTTP-free; every deed is noted."""
