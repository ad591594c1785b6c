"""The outside sources and how they are."""
