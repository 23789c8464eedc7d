"""Rules about header problems."""
