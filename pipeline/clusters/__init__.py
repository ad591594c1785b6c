"""Groups of similar rows in a table of any columns, without a target."""
