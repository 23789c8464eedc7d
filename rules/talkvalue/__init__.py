"""Rules that apply to TalkValue only."""
