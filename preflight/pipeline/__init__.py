"""The order of the stages; what Python callers use."""
