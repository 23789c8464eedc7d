"""What a person changed in a file of rejects, told from what a spreadsheet did to it."""

KEPT = "corrections"
"""The folder in the state folder where each run's corrections lie, under the run's id."""
