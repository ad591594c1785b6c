"""Predictions on demand, in a worker that keeps models loaded."""
