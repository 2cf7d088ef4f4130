"""What the pages of rules and other documents show, computed."""
