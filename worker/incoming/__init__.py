"""Takes in what other systems announce: trainings that are due, and new sales."""
