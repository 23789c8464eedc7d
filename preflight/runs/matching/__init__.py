"""Merging: which input rows a provider's failure report is about."""
