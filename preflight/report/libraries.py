"""The libraries whose verdicts a report tells, and the versions of them and their metadata."""

from __future__ import annotations

from importlib.metadata import version

# By the kind of column: what judges its cells. Each ships its metadata under its own version.
OF_KIND = {"email": "email-validator", "phone": "phonenumbers", "timestamp": "tzdata"}


def libraries() -> dict[str, str]:
    """Each library and its version, by name."""
    return {name: version(name) for name in sorted(OF_KIND.values())}


def judge_of(kind: str) -> str:
    """The library that judges cells of a kind, with its version; "" if none does."""
    name = OF_KIND.get(kind)
    return f"{name} {version(name)}" if name else ""
