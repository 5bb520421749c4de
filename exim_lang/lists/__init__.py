"""Domain, host, address, local part and string lists (specification chapter 10)."""
