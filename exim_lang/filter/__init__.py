"""Filter files: Exim filters and Sieve filters, read and evaluated without doing what they ask for."""
