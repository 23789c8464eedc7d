"""Landbase: its client and its stand-in."""
