"""Finds and loads profiles: one TOML file a provider.

It is `rules/profiles/NAME.toml`, or `profile.toml` in the provider's own folder, or a file of the
user's own. `general.toml` holds what is true of contact files anywhere; each provider's file
extends it.
"""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path

from preflight.config.profile import GENERAL, Profile
from preflight.config.profile_file import ProfileFile
from preflight.core.errors import RuleError, UsageError
from preflight.core.suggest import nearest
from preflight.providers import registry

_SUFFIX = ".toml"


def names() -> tuple[str, ...]:
    """The names of all profiles, the general one first."""
    known = {*_bundled(), *registry.names()}
    return (GENERAL, *sorted(known - {GENERAL}))


def _bundled() -> list[str]:
    """The names of the profiles in `rules/profiles/`."""
    folder = resources.files("preflight.rules.profiles")
    return [
        file.name.removesuffix(_SUFFIX) for file in folder.iterdir() if file.name.endswith(_SUFFIX)
    ]


@functools.cache
def load(name: str = GENERAL) -> Profile:
    """The profile of that name, or the one in a file of the user's (`mine.toml`).

    Raises:
        UsageError: there is none of that name, or no such file.
        RuleError: its file has an unknown key or a wrong value.
    """
    if is_file(name):
        return _own(Path(name))
    if name not in names():
        raise UsageError(_no_profile(name))
    if name in _bundled():
        file = resources.files("preflight.rules.profiles").joinpath(f"{name}{_SUFFIX}")
        return parse(file.read_text("utf-8"), where=f"{name}{_SUFFIX}")
    where = f"profile.toml of the provider {name}"
    text = registry.profile(name)
    if text is None:
        raise RuleError(f"{where}: there is none beside its client")
    own = parse(text, where=where)
    if own.name != name:
        raise RuleError(f"{where}: name: it must be `{name}`")
    return own


def is_file(name: str) -> bool:
    """Whether a profile is named by its file, and not by its name."""
    return name.endswith(_SUFFIX)


def _own(path: Path) -> Profile:
    try:
        own = parse(path.read_text("utf-8-sig"), where=str(path))
    except OSError as error:
        raise UsageError(f"cannot read the profile {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: is not UTF-8") from error
    if own.name in names():
        raise RuleError(f"{path}: name: `{own.name}` is the name of a built-in profile")
    return own


def _no_profile(name: str) -> str:
    near = nearest(name, names())
    hint = f"; did you mean `{near}`?" if near else ""
    return f"no profile `{name}`{hint} (there are {', '.join(names())})"


def parse(text: str, *, where: str) -> Profile:
    """A profile from the text of its file; `where` is what errors call it.

    Raises:
        RuleError: it is no TOML, or a key or value in it is unknown.
    """
    file = ProfileFile.read(text, where)
    if file.extends is None:
        return file.onto(Profile("", ""), where)
    if file.extends not in names():
        raise RuleError(f"{where}: extends: {_no_profile(file.extends)}")
    return file.onto(load(file.extends), where)
