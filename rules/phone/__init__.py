"""Rules about phone problems."""
