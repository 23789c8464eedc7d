"""Rules about rows that repeat others."""
