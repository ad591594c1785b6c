"""Files that arrive: bodies and forms on their way to the disk, and tables to train on."""
