"""Jobs: started, stopped, watched, listed."""
