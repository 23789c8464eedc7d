"""Dotdigital: its client and its stand-in."""
