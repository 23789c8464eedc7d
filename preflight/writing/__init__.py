"""The results: clean rows, rejects, parts, what was changed, and taking it back."""
