"""What people and programs are shown: problems with their place, in several formats."""
