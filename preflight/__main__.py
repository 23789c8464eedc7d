"""`python -m preflight` is the command `preflight`."""

from preflight.cli import run

if __name__ == "__main__":
    run()
