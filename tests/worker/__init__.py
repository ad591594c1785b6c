"""The worker: the story of a task without Celery, then Celery itself."""
