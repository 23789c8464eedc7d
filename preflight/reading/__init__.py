"""Reading: bytes to chunks of records, by a fast reader and a careful one that agree."""
