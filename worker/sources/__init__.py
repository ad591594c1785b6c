"""Outside sources: sales, weather, traffic and holidays over HTTP."""
