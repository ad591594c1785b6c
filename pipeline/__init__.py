"""The machine learning: frames in, results out; no I/O, no framework; progress through a callback."""
