"""Tests of the search for the best model of a table."""
