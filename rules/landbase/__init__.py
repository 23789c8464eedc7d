"""Rules about what Landbase alone refuses."""
