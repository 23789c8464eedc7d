"""Rules about file problems."""
