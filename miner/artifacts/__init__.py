"""Mentions in, artifacts out: which names are artifacts, and which names mean one thing. Knows nothing of sources."""
