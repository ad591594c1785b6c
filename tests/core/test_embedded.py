"""Both servers: start, answer, stop, survive kills and moves, and end with their owner."""
