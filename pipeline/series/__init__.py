"""Forecasts of one or many series in a table of any kind."""
