"""How a child process ends that has no result to tell."""

REFUSED = 3
"""A file is refused."""

UNREADABLE = 4
"""The files of a model cannot be used."""

AWAY = 5
"""The artifact store or the database does not answer, or a disk is full."""
