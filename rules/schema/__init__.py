"""Rules that report failed checks of your own schema and crashed rules."""
