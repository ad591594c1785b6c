"""Tables, transitions and queries on a real PostgreSQL."""
