"""Sending: the ledger of what was meant and done, and the loop that drives a provider."""
