"""Finds what is wrong, dangerous or out of date in a configuration, without running it."""
