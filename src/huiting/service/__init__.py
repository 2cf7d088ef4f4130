"""What the service can do, whoever asks: take in, analyze, judge, keep, remove, tell.

Knows no HTTP and no command line; is given the store, the queue, the vault.
"""
