"""What is compared. A module loads its library: it is imported where that is installed."""
