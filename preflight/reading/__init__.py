"""From bytes to chunks of records, with a fast and a careful reader that give the same result."""
