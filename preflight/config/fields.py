"""The fields of a profile, and which field a header names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from preflight.core.names import bare_name, fold


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a contact has.

    Attributes:
        name: preflight's name for it: "email", "first_name".
        kind: what its cells hold; see `kinds`.
        header: the provider's column name; None where the provider has no such field.
        aliases: other names under which exports write it, as written.
        vague: further names that mean it where no other column of the file does.
        beside: further names, each with those beside one of which it means the field.
        required: whether the provider refuses a row without it.
        max_length: the most characters the provider takes, where it says so; 0 where it takes any
            number although `Limits.text` says otherwise of texts at large.
        past: for a moment, whether it lies in the past by what it is: of a scan, a registration.
    """

    name: str
    kind: str = "text"
    header: str | None = None
    aliases: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: bool = False
    max_length: int | None = None
    past: bool = False


class FieldNames:
    """Finds the fields that headers name.

    Args:
        fields: of a profile; of two with a name in common, the first has it.
    """

    def __init__(self, fields: Iterable[Field]) -> None:
        fields = tuple(fields)
        self._aliases: dict[str, str] = {}
        for each in fields:
            for alias in (*each.aliases, *each.vague):
                self._aliases.setdefault(fold(alias), each.name)
        self._aliases |= {fold(each.name): each.name for each in fields}
        self._aliases |= {
            fold(each.header): each.name for each in fields if each.header is not None
        }
        self._exact = {each.name.casefold(): each.name for each in fields}
        self._exact |= {each.header.casefold(): each.name for each in fields if each.header}
        self._vague = frozenset(fold(name) for each in fields for name in each.vague)
        self._vague -= {fold(name) for name in self._exact}
        self._beside: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for each in fields:
            for name, others in each.beside.items():
                entry = (each.name, frozenset(map(fold, others)))
                self._beside.setdefault(fold(name), []).append(entry)

    def match(self, header: str) -> tuple[str, str] | None:
        """The field that a header alone names and how: "exact", "alias"; None if it names none.

        Exact means equal but for case, blanks around it and what nobody sees, to the provider's
        header or to preflight's field name. There is no third way: nothing is guessed.
        """
        exact = self._exact.get(bare_name(header).casefold())
        if exact is not None:
            return exact, "exact"
        alias = self._aliases.get(fold(header)) if fold(header) else None
        return None if alias is None else (alias, "alias")

    def knows(self, header: str) -> bool:
        """Whether a text is a name of a field, be it in some headers only."""
        return self.match(header) is not None or fold(header) in self._beside

    def matches(self, header: Sequence[str]) -> list[tuple[str, str] | None]:
        """What `match` says of each name of a header, and what the others make of it.

        A name that is vague gives way to a better one. One that means something else beside another
        (`Name` beside `Vorname`) does so, unless a better name for that stands there too.
        """
        folded = [fold(name) for name in header]
        there = frozenset(folded)
        found = [self.match(name) for name in header]
        firm = {
            match[0]
            for name, match in zip(folded, found, strict=True)
            if match is not None and name not in self._vague
        }
        for at, name in enumerate(folded):
            for field_name, others in self._beside.get(name, ()):
                if others & there and field_name not in firm:
                    found[at] = field_name, "alias"
            match = found[at]
            if match is not None and name in self._vague and match[0] in firm:
                found[at] = None
        return found
