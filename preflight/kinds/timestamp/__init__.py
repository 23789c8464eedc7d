"""Dates and times: parsed, judged, and the order of day and month in a column."""
