"""A table as arrays: what is learned from its columns without the target, and what with it."""
