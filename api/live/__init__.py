"""Progress as it happens: the relay and everything that watches it."""
