"""The packages of the wheel: found, not listed, and `rules/` inside `preflight`."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["preflight", "preflight.*"]),
        *(f"preflight.{name}" for name in find_packages(include=["rules", "rules.*"])),
    ],
    package_dir={"preflight": "preflight", "preflight.rules": "rules"},
)
