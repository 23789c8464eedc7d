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
        help: what it is, a phrase.
        required: whether nothing goes without it.
        choices: the values it may have; empty for any.
        default: its value where none is given.
        pattern: a regular expression that the whole value matches; "" for any.
        shape: the pattern in words: "digits".
        once: whether it is about this one file, so that a re-import of its corrections does not
            inherit it.
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
    """`; did you mean "x"?` with the known word most like this one, or nothing."""
    near = nearest(word, known)
    return f'; did you mean "{near}"?' if near else ""


def validated(provider: str, options: Sequence[Option], given: Mapping[str, str]) -> dict[str, str]:
    """The given options with the defaults filled in; a blank value does not count.

    Raises:
        UsageError: an option is unknown, missing, or has a value that it cannot have. The message
            names the option and never repeats the value: it may be a secret in the wrong place.
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
                f"option {option.name} of {provider} is one of {', '.join(option.choices)}"
                f"{did_you_mean(value, option.choices)}"
            )
        if option.pattern and not re.fullmatch(option.pattern, value):
            raise UsageError(f"option {option.name} of {provider} must be {option.shape}")
        values[option.name] = value
    return values
