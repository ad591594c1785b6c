"""What the source documents name, held against the service, name by name."""
