"""Rules about what changed in a source since its snapshot was taken."""
