"""Models that hubs hand out: brought here, carried on, looked after. Opens connections in `pull` alone."""
