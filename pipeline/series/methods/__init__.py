"""The ways in which a series is forecast."""
