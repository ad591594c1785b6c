"""The thin Flask API: check, write a row, send a task name, relay progress."""
