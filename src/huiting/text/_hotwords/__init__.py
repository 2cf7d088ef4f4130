"""What the hotword stage is made of: the list, how things sound, and where they are found."""
