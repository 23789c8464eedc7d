"""TalkValue: its client and its stand-in."""
