"""The accepted state of a mess: what was found once, so that only what is new or worse fails."""
