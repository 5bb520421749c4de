"""The router drivers, one a file; they register themselves and are only reached through the registry."""
