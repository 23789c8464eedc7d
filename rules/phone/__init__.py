"""Rules about phone numbers."""
