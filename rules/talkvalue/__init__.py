"""Rules about what TalkValue alone refuses."""
