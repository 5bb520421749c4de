"""One SMTP conversation as a state machine without I/O (specification chapter 49)."""
