"""What can be said about a call: who is who, conversation metrics."""
