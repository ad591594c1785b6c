"""What categories and the whole shop will sell."""
