"""Sending the parts of a run, following them, and recovering from calls that broke."""
