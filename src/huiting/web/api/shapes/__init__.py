"""What requests and answers look like; what a call holds is told by the types of `core`."""
