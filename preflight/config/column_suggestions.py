"""Suggests columns for a field that no column name matches. Used in messages only.

Columns are mapped by name or alias, never by a suggestion. Messages show a person the evidence,
similar names and the look of the cells, with the option that maps the column.
"""

from __future__ import annotations

import functools
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from preflight.config.fields import Field
from preflight.config.profile import Profile
from preflight.core.names import bare_name, fold
from preflight.core.types import Column
from preflight.kinds.sniffing import LOOK_NAMES, Looks

_LIKE, _VERY_LIKE, _CONTAINED = 72.0, 80.0, 88.0
_SHOWN = 3
_LONG = 5
_PARTS_OF_A_NAME = {"first_name", "last_name"}
_WORDS = re.compile(r"[^\W_]+")
_ABOUT = frozenset({"label", "type", "status", "typ", "art", "kind"})
"""Last words of the names of columns that say something about a field: `Address 1 - Label`."""
_LONGEST = 1_000
"""A longer header is like no name."""


def map_option(header: str | int, field: str | None) -> str:
    """The option that maps a column to a field, quoted for a shell: `--map 'Mail to=email'`.

    Args:
        header: the column's name, or its position.
        field: the field; None makes the option that maps the column to none.
    """
    if isinstance(header, int):
        return f'--map "#{header + 1}={field or "-"}"'
    return "--map " + shlex.quote(f"{' '.join(bare_name(header).split())}={field or '-'}")


@dataclass(frozen=True)
class Candidate:
    """A column that may hold a field.

    Attributes:
        column: the column.
        field: the field's name.
        likeness: of the names, 0 to 100.
        look: the kind that its cells make certain, or None.
    """

    column: Column
    field: str
    likeness: float
    look: str | None

    @property
    def evidence(self) -> str:
        """Why it is a candidate, if its name does not show it."""
        return f"its cells look like {LOOK_NAMES[self.look]}" if self.look else ""

    @property
    def name(self) -> str:
        """The column's name as messages show it."""
        return " ".join(bare_name(self.column.name).split())

    @property
    def strong(self) -> bool:
        """Whether the evidence is good enough for an unasked suggestion."""
        return self.look is not None or self.likeness >= _VERY_LIKE


def candidates(
    columns: Iterable[Column], looks: Sequence[Looks], field: Field
) -> tuple[Candidate, ...]:
    """The columns without a field that may hold a field, the most likely first.

    Args:
        columns: of the file.
        looks: of each, by position; empty if no sample was taken.
        field: the field.
    """
    likely = []
    for column in columns:
        if column.field is not None or column.pieces or not bare_name(column.name):
            continue
        if column.kind not in ("text", field.kind):
            continue  # a further address or number, by its name
        seen = looks[column.position] if column.position < len(looks) else Looks({})
        look = seen.surely()
        if seen.contradicts(field.kind, field.name) or look not in (None, field.kind, field.name):
            continue
        words = _WORDS.findall(bare_name(column.name))
        about = bool(words) and words[-1].casefold() in _ABOUT
        likeness = 0.0 if about else _likeness(column.name, field)
        if look or likeness >= _LIKE:
            likely.append(Candidate(column, field.name, likeness, look))
    likely.sort(
        key=lambda candidate: (
            candidate.look is None,
            -candidate.likeness,
            candidate.column.position,
        )
    )
    return tuple(likely[:_SHOWN])


class Suggestions:
    """What the columns of a file most likely hold that have no field by their name.

    Args:
        columns: of the file.
        looks: of each, by position; empty if no sample was taken.
        profile: of the provider.
    """

    def __init__(self, columns: Sequence[Column], looks: Sequence[Looks], profile: Profile) -> None:
        self._looks, self._profile = looks, profile
        self._claims = Counter(column.field for column in columns)
        rows = any(look.cells for look in looks)
        held = {
            other.field
            for other in columns
            if not rows or other.pieces or looks[other.position].cells
        }
        if held >= _PARTS_OF_A_NAME:
            held |= {"name"}
        self._wanted = [
            field
            for field in profile.fields.values()
            if field.name not in held and (field.header is not None or profile.is_general)
        ]

    def of(self, column: Column) -> Candidate | None:
        """The field that a column most likely holds, of the provider's that no column holds.

        A column without values holds nothing. None if the evidence is weak.
        """
        strong = [
            candidate
            for field in self._wanted
            for candidate in candidates((column,), self._looks, field)
            if candidate.strong
        ]
        return max(
            strong,
            key=lambda candidate: (candidate.look is not None, candidate.likeness),
            default=None,
        )

    def saving(self, column: Column) -> str | None:
        """The field that a column which is not sent would be sent as if `--map` said so.

        None if it holds none that the provider may have. A column whose field the provider is not
        known to have is sent under the field's name, where the provider takes further columns.
        """
        if column.field is None:
            found = self.of(column)
            return None if found is None else found.field
        profile = self._profile
        may_be_sent = profile.unknown_columns in ("keep", "mapped") and profile.allows(column.field)
        return column.field if self._claims[column.field] == 1 and may_be_sent else None


def _likeness(header: str, field: Field) -> float:
    """How similar a header is to the most similar name of a field; 0 to 100."""
    if len(header) > _LONGEST:
        return 0.0
    # Slow to import, and needed only if a column has no known name.
    from rapidfuzz import fuzz

    folded, words = fold(header), set(map(fold, _WORDS.findall(header)))
    best = 0.0
    for name in (
        field.name,
        field.header or field.name,
        *field.aliases,
        *field.vague,
        *field.beside,
    ):
        # `#` means "number": `Attendee #` is not similar to `Attendee`.
        if ("#" in header) != ("#" in name):
            continue
        known, parts = _known(name)
        best = max(best, fuzz.ratio(folded, known))
        if len(known) >= _LONG and parts <= words:
            best = max(best, _CONTAINED)
    return best


@functools.lru_cache(maxsize=1 << 12)
def _known(name: str) -> tuple[str, frozenset[str]]:
    """A name of a field and its words, folded."""
    return fold(name), frozenset(map(fold, _WORDS.findall(name)))
