"""Where values come from and where they go: taint, worked out without running anything."""
