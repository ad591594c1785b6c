"""What every way to forecast has in common, and the simple ones; the others have packages."""
