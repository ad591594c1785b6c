"""Rows of the database as frames of the pipeline."""
