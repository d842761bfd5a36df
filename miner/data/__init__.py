"""Tables and trained numbers that ship with the program. No code."""
