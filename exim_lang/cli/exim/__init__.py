"""`exim-lang exim ...`: Exim's own command line flags (specification chapter 5)."""
