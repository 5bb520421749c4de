"""What a configuration may see of the outside: files, DNS, clock, randomness; closed until opened."""
