"""The machine learning: frames in, results out; no I/O; progress leaves through a callback."""
