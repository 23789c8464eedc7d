"""The history of one row, from the state folder."""
