"""The records of runs on disk, written before and after each step."""
