"""Tests of table models as files for other programs."""
