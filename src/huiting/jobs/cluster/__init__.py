"""Many machines: PostgreSQL, and Procrastinate to wake workers on any of them."""
