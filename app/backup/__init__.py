"""Backups: the whole shop in one file, and a shop out of such a file."""
