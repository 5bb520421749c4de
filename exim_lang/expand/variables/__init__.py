"""Expansion variables, one family a file."""
