"""What the page of today shows, computed."""
