"""DMARC: the policy that the domain of From: publishes, and whether a message keeps to it (specification section 58.6)."""
