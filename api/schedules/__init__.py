"""Trainings that repeat."""
