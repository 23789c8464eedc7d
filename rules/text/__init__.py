"""Rules about text of any kind."""
