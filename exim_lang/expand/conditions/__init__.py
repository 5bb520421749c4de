"""Expansion conditions of `${if ...}`, one family a file."""
