"""Jobs: asked for, made, told of, listed, retried, forgotten."""
