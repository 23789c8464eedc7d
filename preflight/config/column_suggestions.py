"""Which columns may hold a field though their names do not say so. Suggestions for messages alone.

What is known by name or alias is mapped; nothing here ever is. A likeness of names and the look of
the cells are evidence that is shown to a person, with the option that would say it.
"""

from __future__ import annotations

import re
import shlex
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


def map_option(header: str, field: str | None) -> str:
    """The option that says a column holds a field, quoted for a shell: `--map 'Mail to=email'`.

    None says that it holds none.
    """
    field = field or "-"
    return "--map " + shlex.quote(f"{' '.join(bare_name(header).split())}={field}")


@dataclass(frozen=True)
class Candidate:
    """A column that may hold a field.

    Attributes:
        column: it.
        field: the field's name.
        likeness: of the names, 0 to 100.
        look: the kind that its cells give away, if they do.
    """

    column: Column
    field: str
    likeness: float
    look: str | None

    @property
    def evidence(self) -> str:
        """Why it is one, where its name does not tell."""
        return f"its cells look like {LOOK_NAMES[self.look]}" if self.look else ""

    @property
    def name(self) -> str:
        """The column's name as messages show it."""
        return " ".join(bare_name(self.column.name).split())

    @property
    def strong(self) -> bool:
        """Whether it is worth asking about unasked."""
        return self.look is not None or self.likeness >= _VERY_LIKE


def candidates(
    columns: Iterable[Column], looks: Sequence[Looks], field: Field
) -> tuple[Candidate, ...]:
    """The columns without a field that may hold one, the likeliest first.

    Args:
        columns: of the file.
        looks: of each, by position; empty where nobody looked.
        field: the one in question.
    """
    found = []
    for column in columns:
        if column.field is not None or column.pieces or not bare_name(column.name):
            continue
        seen = looks[column.position] if column.position < len(looks) else Looks({})
        look = seen.surely()
        if seen.instead_of(field.kind, field.name) is not None or look not in (None, field.kind):
            continue
        likeness = _likeness(column.name, field)
        if look or likeness >= _LIKE:
            found.append(Candidate(column, field.name, likeness, look))
    found.sort(key=lambda one: (one.look is None, -one.likeness, one.column.position))
    return tuple(found[:_SHOWN])


def suggested(
    column: Column, columns: Sequence[Column], looks: Sequence[Looks], profile: Profile
) -> Candidate | None:
    """What a column without a field most likely holds, of what the provider takes and nobody holds.

    A column without a cell holds nothing. None where the evidence is weak.
    """
    rows = any(one.cells for one in looks)
    held = {one.field for one in columns if not rows or one.pieces or looks[one.position].cells}
    if held >= _PARTS_OF_A_NAME:
        held |= {"name"}
    wanted = [
        field
        for field in profile.fields.values()
        if field.name not in held and (field.header is not None or profile.is_general)
    ]
    found = [one for field in wanted for one in candidates((column,), looks, field) if one.strong]
    return max(found, key=lambda one: (one.look is not None, one.likeness), default=None)


def _likeness(header: str, field: Field) -> float:
    """How much a header is like the most similar name of a field; 0 to 100."""
    # It is slow to import, and wanted only where a column has no known name.
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
        # It says "number": `Attendee #` is nothing like `Attendee`.
        if ("#" in header) != ("#" in name):
            continue
        known = fold(name)
        best = max(best, fuzz.ratio(folded, known))
        if len(known) >= _LONG and {*map(fold, _WORDS.findall(name))} <= words:
            best = max(best, _CONTAINED)
    return best
