"""The results: clean rows, rejects, parts, the log of fixes, and undo."""
