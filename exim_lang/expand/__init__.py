"""String expansion: a tree becomes a Python function once (specification chapter 11)."""
