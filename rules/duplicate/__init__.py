"""Rules about duplicate problems."""
