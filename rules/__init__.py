"""The rules that ship with preflight: one file a rule; a new file in a folder is a new rule."""
