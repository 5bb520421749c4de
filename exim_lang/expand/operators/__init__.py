"""Expansion operators `${name:...}`, one family a file."""
