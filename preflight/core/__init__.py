"""What every other folder stands on: values that flow, errors, files, and text by the column."""
