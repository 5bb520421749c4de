"""Text to logical lines; every character keeps the file, line and column it came from."""
