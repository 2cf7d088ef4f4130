"""The page on which options of the voice detector are tried."""
