"""Reports that are sent by mail when their owners said so."""
