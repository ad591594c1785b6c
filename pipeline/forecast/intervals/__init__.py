"""How far actual values lie from forecasts: the size of errors, their shape, and small counts."""
