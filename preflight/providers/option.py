"""The options of a provider (`-O key=value`), as data, and their validation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from preflight.core.errors import UsageError
from preflight.core.suggest import nearest


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a provider.

    Attributes:
        name: its key.
        help: its meaning, as a phrase.
        required: whether it must be given.
        choices: the allowed values; empty for any.
        default: its value if none is given.
        pattern: a regular expression that the whole value matches; "" for any.
        shape: the pattern in words: "digits".
        once: whether it is about one file only, so that a re-import of corrections does not use it.
    """

    name: str
    help: str
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str | None = None
    pattern: str = ""
    shape: str = ""
    once: bool = False


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` with the most similar known word, or "" if there is none."""
    near = nearest(word, known)
    return f'; did you mean "{near}"?' if near else ""


def validated(provider: str, options: Sequence[Option], given: Mapping[str, str]) -> dict[str, str]:
    """The given options with default values; a blank value counts as not given.

    Raises:
        UsageError: an option is unknown, missing or invalid. The message names the option and never
            repeats the value, which may be a secret in the wrong place.
    """
    known = {option.name: option for option in options}
    for name in given:
        if name not in known:
            raise UsageError(
                f'{provider} has no option "{name}"{did_you_mean(name, known)}'
                f" (it has {', '.join(known)})"
            )
    values = {}
    for option in options:
        value = given.get(option.name, "").strip() or option.default
        if not value:
            if option.required:
                raise UsageError(f"{provider} needs -O {option.name}=…: {option.help}")
            continue
        if option.choices and value not in option.choices:
            raise UsageError(
                f"option {option.name} of {provider} must be one of {', '.join(option.choices)}"
                f"{did_you_mean(value, option.choices)}"
            )
        if option.pattern and not re.fullmatch(option.pattern, value):
            raise UsageError(f"option {option.name} of {provider} must be {option.shape}")
        values[option.name] = value
    return values
