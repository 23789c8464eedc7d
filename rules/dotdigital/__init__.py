"""Rules about what Dotdigital alone refuses."""
