"""Work that would hold up every connection of an API process, done in a process of its own."""
