"""Rules about structure problems."""
