"""The public surface: what `import preflight` offers, all of it and nothing else."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import preflight
from preflight import _HOMES, _MODULES


def test_all_is_sorted_and_is_what_dir_shows() -> None:
    assert preflight.__all__ == sorted(set(preflight.__all__), key=str)
    assert dir(preflight) == list(preflight.__all__)
    assert {*_HOMES, *_MODULES} == set(preflight.__all__)


@pytest.mark.parametrize("name", sorted(_HOMES))
def test_every_name_is_the_one_of_its_home_and_says_what_it_is(name: str) -> None:
    found = getattr(preflight, name)
    assert found is getattr(importlib.import_module(_HOMES[name]), name)
    assert (found.__doc__ or "").strip()


def test_a_module_is_one_and_says_what_it_is() -> None:
    for name, home in _MODULES.items():
        assert getattr(preflight, name) is importlib.import_module(home)
        assert (getattr(preflight, name).__doc__ or "").strip()


def test_what_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute `nothing`"):
        preflight.nothing  # noqa: B018


@pytest.mark.slow
def test_functions_stay_functions_whatever_was_imported_before() -> None:
    """A module of the same name would take a function's place once it is imported."""
    program = (
        "import importlib, pkgutil, preflight\n"
        "for one in pkgutil.walk_packages(preflight.__path__, 'preflight.'):\n"
        "    importlib.import_module(one.name)\n"
        "print([n for n in preflight._HOMES if not callable(getattr(preflight, n))])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


def test_importing_it_costs_nothing_heavy() -> None:
    program = "import sys, preflight; print({'pandas', 'pyarrow', 'click'} & set(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "set()"
