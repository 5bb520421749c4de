"""The rules, one file each: its docstring is its manual page, its function finds."""
