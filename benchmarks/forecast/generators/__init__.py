"""Series whose truth is known: drawn from a seed, each with parameters of its own."""
