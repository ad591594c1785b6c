"""The search for the best model of a table within a budget of time."""
