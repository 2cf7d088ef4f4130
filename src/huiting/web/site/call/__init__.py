"""The page of one call: what its templates and scripts show, computed from what is known of it."""
