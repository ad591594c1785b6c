"""How trainings go, how long they take and how good the models are, summed up."""
