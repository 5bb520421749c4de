"""A corpus of messages and recorded sessions through a configuration: which, how, on how many processes, what came of it."""
