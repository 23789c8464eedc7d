"""What is known of runs, on disk: written before each step is taken, and after it."""
