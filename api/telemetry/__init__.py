"""Figures for Prometheus, read from the database when it asks."""
