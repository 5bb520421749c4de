"""DKIM signatures of a message: verified with dkimpy against the DNS of the World (specification chapter 58)."""
