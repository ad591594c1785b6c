"""What the trainings of a tenant amount to."""
