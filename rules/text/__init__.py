"""Rules about text problems."""
