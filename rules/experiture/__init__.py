"""Rules about what Experiture alone refuses."""
