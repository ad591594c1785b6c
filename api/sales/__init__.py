"""Sales in, from files, and out again."""
