"""Validate, fix, split, submit and re-import contact CSVs."""
