"""What each provider accepts: one TOML file a provider, data without code."""
