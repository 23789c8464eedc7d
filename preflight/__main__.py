"""`python -m preflight` is the command `preflight`."""

from preflight.cli import run

run()
