"""Which way to forecast is best for a product: windows of the past, a race, weights."""
