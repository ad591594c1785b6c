"""A forecast for one product, from a frame and a specification."""
