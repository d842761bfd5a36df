"""What a team decided about a list: the log of decisions, and what holds of them."""
