"""What a column can hold: each kind with its triage and its library."""
