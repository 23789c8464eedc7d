"""Rules that apply to Landbase only."""
