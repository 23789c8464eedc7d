"""The rules that ship with preflight: one file a rule, found by lying here."""
