"""Rules that apply to TextUs only."""
