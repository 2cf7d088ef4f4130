"""Something is done of many calls: of a few at once, of all that a search finds as a job."""
