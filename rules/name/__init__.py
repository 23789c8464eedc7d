"""Rules about name problems."""
