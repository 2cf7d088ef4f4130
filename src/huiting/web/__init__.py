"""HTTP: REST, the OpenAI-compatible API, authentication. Translates, decides nothing."""
