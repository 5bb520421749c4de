"""What the transports would do with a message, without doing it (specification chapters 23 to 30)."""
