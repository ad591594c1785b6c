"""The families of algorithms that compete for a table, behind one way to fit them."""
