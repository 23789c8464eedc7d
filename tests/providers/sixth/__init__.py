"""Sixth: a provider that does not exist. `test_sixth_provider.py` copies this folder elsewhere."""
