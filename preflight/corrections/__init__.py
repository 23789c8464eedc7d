"""What a person changed in a file of rejects, told from what a spreadsheet did to it."""
