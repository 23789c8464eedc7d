"""Rules about the header and its columns."""
