"""Outside sources against a local server."""
