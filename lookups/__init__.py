"""Lookup types, one a file; registered with `exim_lang.search.lookup_type`."""
