"""Finding what is wrong with a file, and fixing what is safe to fix."""
