"""Findings and books as text: pure functions, one module a format."""
