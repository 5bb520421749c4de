"""Trees to a typed configuration: options, named lists, ACLs, drivers."""
