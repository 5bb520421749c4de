"""The interactive expansion prompt: highlighting, completion, documentation, commands."""
