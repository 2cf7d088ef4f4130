"""Pages of reviewing: what is worked out before a template shows it."""
