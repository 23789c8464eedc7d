"""Rules that apply to Dotdigital only."""
