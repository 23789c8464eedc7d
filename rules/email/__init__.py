"""Rules about email addresses."""
