"""Scenario files: what must happen to a mail, written down; runs, reports and coverage of them."""
