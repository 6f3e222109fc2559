"""Cards: a state becomes Slack blocks or a view. Pure; the same state gives the same blocks."""
