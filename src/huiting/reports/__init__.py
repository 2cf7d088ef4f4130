"""Pages for people: what `insights` finds, laid out to be read and printed."""
