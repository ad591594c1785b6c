"""What the service costs beside bare loops over the same functions, measured in one run."""
