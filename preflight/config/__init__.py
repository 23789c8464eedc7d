"""What is decided before a row is read: settings, profile, rules, and which column is what."""
