"""Models as releases stored them, a folder for each, and what they predicted then."""
