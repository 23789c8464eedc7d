"""Rules about email problems."""
