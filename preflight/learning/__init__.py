"""What a settled run teaches: rules and config entries for refusals that no check predicted."""
