"""What the page of compared engines shows."""
