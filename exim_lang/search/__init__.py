"""Lookups: types, keys, partial matching, defaults, caching (specification chapter 9)."""
