"""Tests of forecasts of series in a table."""
