"""The structure suite: small files broken on purpose, of which it is known what they mean."""
