"""Dates and times: parsing, checking, and the order of day and month in a column."""
