"""The libraries that judge cells, with their versions, for reports."""

from __future__ import annotations

from importlib.metadata import version

# The library for each kind of column; each has its metadata under its own version.
OF_KIND = {"email": "email-validator", "phone": "phonenumbers", "timestamp": "tzdata"}


def libraries() -> dict[str, str]:
    """Each library and its version, by name."""
    return {name: version(name) for name in sorted(OF_KIND.values())}


def judge_of(kind: str) -> str:
    """The library that judges cells of a kind, with its version; "" if none does."""
    name = OF_KIND.get(kind)
    return f"{name} {version(name)}" if name else ""
