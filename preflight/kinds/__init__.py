"""What a column holds, and how its cells are told apart from those worth a second look."""
