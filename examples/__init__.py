"""Sample data that ships with the project: a shop's sales and a mixed table, drawn from a seed."""
