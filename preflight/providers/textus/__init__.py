"""TextUs: its client and its stand-in."""
