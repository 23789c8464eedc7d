"""Rules about a file as a whole."""
