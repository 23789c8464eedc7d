"""Rules that apply to Experiture only."""
