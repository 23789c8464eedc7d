"""Rules about what TextUs alone refuses."""
