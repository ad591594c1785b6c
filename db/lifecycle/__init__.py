"""What happens to jobs and tasks; `db.transitions` is the door to it."""
