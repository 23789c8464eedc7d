"""The merge options of Dotdigital's stand-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Fields = Mapping[str, str]
"""The fields of a contact."""

Merge = Callable[[Fields, Fields], dict[str, str]]
"""What becomes of a contact: what was stored, what is imported → what is stored."""


def _overwrite(old: Fields, new: Fields) -> dict[str, str]:
    return {**old, **new}


def _overwrite_if_not_empty(old: Fields, new: Fields) -> dict[str, str]:
    return {**old, **{name: value for name, value in new.items() if value.strip()}}


def _overwrite_if_not_populated(old: Fields, new: Fields) -> dict[str, str]:
    return {**old, **{name: value for name, value in new.items() if not old.get(name, "").strip()}}


MERGES: Mapping[str, Merge] = {
    "overwrite": _overwrite,
    "0": _overwrite,
    "onlyoverwriteifnotempty": _overwrite_if_not_empty,
    "1": _overwrite_if_not_empty,
    "onlyoverwriteifcontactdatanotpopulated": _overwrite_if_not_populated,
    "2": _overwrite_if_not_populated,
}
"""The merge options, by their names in lower case and by their numbers."""
