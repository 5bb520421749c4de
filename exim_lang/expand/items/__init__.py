"""Expansion items `${name{...}...}`, one family a file."""
