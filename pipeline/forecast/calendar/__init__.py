"""When rows come: how often, on which days a shop is closed, and what happens on others."""
