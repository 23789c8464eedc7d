"""Rules about timestamp problems."""
