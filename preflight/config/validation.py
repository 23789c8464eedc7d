"""Pydantic, as settings and profiles use it: what errors say, and what the JSON Schema says.

An error names the key and what is valid, in a sentence without the value: the value may be a secret
in the wrong place, or a contact's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from preflight.core.suggest import nearest

Path = tuple[str, ...]
"""Where a value stands: the key, and those of the tables and models below it."""

_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_OPTIONS = {"for": "profile", "for_": "profile", "map": "columns"}
_WORDS = {
    "string_type": "is a text",
    "string_too_short": "is a text",
    "bool_type": "is true or false",
    "dict_type": "is a table",
    "model_type": "is a table",
    "model_attributes_type": "is a table",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What errors say of a value, whatever is wrong with it: `region` "is a country code …"."""

    text: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._check, handler(source))

    def _check(self, value: Any, handler: Callable[[Any], Any]) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise ValueError(self.text) from None


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text that is one of some.

    Attributes:
        choices: gives them, each time that a value is checked: plug-ins may add some.
        or_suffix: how a text may end instead; "" if it must be one of them.
    """

    choices: Callable[[], Sequence[str]]
    or_suffix: str = ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        choices: dict[str, Any] = {"type": "string", "enum": list(self.choices())}
        if not self.or_suffix:
            return choices
        ending = self.or_suffix.replace(".", r"\.")
        return {"anyOf": [choices, {"type": "string", "pattern": f"{ending}$"}]}

    def _check(self, value: Any) -> str:
        if isinstance(value, str) and self.or_suffix and value.endswith(self.or_suffix):
            return value
        choices = tuple(self.choices())
        if isinstance(value, str) and value in choices:
            return str(value)
        near = nearest(str(value), choices)
        hint = f"; did you mean {near}?" if near else ""
        raise ValueError(f"is one of {', '.join(choices)}{hint}")


def table(form: str) -> BeforeValidator:
    """A table, and what errors say of anything else."""

    def check(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError(form)  # noqa: TRY004 - pydantic turns it into an error of its own
        return value

    return BeforeValidator(check)


def first_problem(
    error: ValidationError, keys: Callable[[Path], Iterable[str]]
) -> tuple[Path, str]:
    """Where the first problem is, and the sentence that goes behind it.

    Args:
        error: of pydantic; its values are not looked at.
        keys: the valid keys of the table at a path.

    Returns:
        The path, and the sentence. For an unknown key they are the path of its table, and a
        sentence that starts with "unknown key".
    """
    problem = error.errors(include_url=False, include_input=False)[0]
    # Behind the key of a table, pydantic says that it is the key; a position is of a list.
    path = tuple(part for part in problem["loc"] if isinstance(part, str) and part != "[key]")
    if problem["type"] in _UNKNOWN and path:
        return path[:-1], unknown_key(path[-1], keys(path[:-1]))
    if problem["type"] == "value_error":
        return path, str(problem["ctx"]["error"])
    return path, _WORDS.get(problem["type"], "cannot be that")


def unknown_key(key: str, known: Iterable[str]) -> str:
    """What is said of a key that there is not: the nearest one, or all that there are.

    An option of the command line whose key has another name says that name.
    """
    known = sorted(known)
    near = _OPTIONS[key] if _OPTIONS.get(key) in known else nearest(key, known)
    hint = f"; did you mean `{near}`?" if near else f"; there are {', '.join(known)}"
    return f"unknown key `{key}`{hint}"
