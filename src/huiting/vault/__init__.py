"""Keep the bytes of recordings, under their hash. Knows no call and no user."""
