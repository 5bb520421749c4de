"""Access control lists: verbs, modifiers, controls, the trace (specification chapter 44)."""
