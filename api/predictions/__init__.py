"""Predictions on demand, and how forecasts do against the sales that came later."""
