"""The migrations, in order; never edited once released."""
