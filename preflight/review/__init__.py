"""`preflight review`: rejects corrected on a local page, judged by the real rules."""
