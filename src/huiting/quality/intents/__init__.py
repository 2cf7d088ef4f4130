"""Why customers call: the team's list, evidence in what is said, and what labels teach."""
