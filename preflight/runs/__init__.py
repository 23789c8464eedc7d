"""Runs: the ledger, sending, the provider's answers joined to rows, and where each row ended."""
