"""Texts in, candidate mentions and vectors out. Knows posts only as rows of text; knows nothing of sources or ranks."""
