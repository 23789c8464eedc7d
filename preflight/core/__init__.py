"""What every other folder uses: shared types, errors, files, and text by the column."""
