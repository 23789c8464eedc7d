"""Inputs that are made to break or exhaust whoever reads them, and what calls of preflight cost."""
