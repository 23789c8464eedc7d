"""Each format is a module."""

from __future__ import annotations

import pkgutil

from preflight.config.choices import FORMATS
from preflight.report import formats


def test_a_format_is_a_module_and_each_module_is_a_format() -> None:
    modules = [module.name.removeprefix("as_") for module in pkgutil.iter_modules(formats.__path__)]
    assert sorted(FORMATS) == sorted(modules)
    assert set(FORMATS) >= formats.FOR_PEOPLE
