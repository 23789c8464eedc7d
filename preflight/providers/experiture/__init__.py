"""Experiture: its client and its stand-in."""
