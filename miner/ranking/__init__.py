"""Numbers only: counts in, shares, ranks and intervals out. No text, no files."""
