"""Files that a model predicts as a job, and their results."""
