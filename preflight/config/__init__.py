"""Everything that is decided before a row is read: settings, profile, rules, column mapping."""
