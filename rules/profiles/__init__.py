"""What each provider takes: one .toml a provider, data and no code."""
