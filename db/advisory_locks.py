"""The numbers of our advisory locks in PostgreSQL, told apart by standing in one row."""

MIGRATION, DISPATCH, IMPORT, SCORING, PUBLISHING = range(7_230_000, 7_230_005)
