"""ARC: the chain of authenticated hands that a message went through (RFC 8617, specification section 58.7)."""
