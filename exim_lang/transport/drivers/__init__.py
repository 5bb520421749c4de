"""The transport drivers, one file each; they register themselves."""
