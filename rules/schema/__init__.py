"""Rules about schema problems."""
