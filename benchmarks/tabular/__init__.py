"""The best model of a table in so many seconds, by this project and by its peers."""
