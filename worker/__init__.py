"""The Celery app, the story of a job, and housekeeping."""
