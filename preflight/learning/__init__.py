"""What a settled run teaches: rules and config entries for refusals that nothing here foresaw."""
