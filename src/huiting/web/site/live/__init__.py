"""Live calls as pages show them; pure."""
