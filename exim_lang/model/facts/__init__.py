"""Facts about Exim as data files, read by the model."""
