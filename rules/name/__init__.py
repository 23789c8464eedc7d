"""Rules about names of people."""
