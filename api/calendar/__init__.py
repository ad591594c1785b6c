"""A tenant's closures and events."""
