"""The picture of a source without any value of a contact, and what changed since it was taken."""
