"""Rules about records, quotes and delimiters."""
