"""The fields of a profile, and which field a header names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from preflight.core.names import bare_name, fold

# Exports with nested fields write the path to each: `Phones / Primary Phone Number`. What stands
# before a slash is a path only to these fields; `Email / Phone` may hold either.
_NAMES = ("name", "first_name", "last_name")
_PLACES = ("address", "city", "state", "postcode", "country")
_PHONES = ("phone", "mobile", "phone_country", "calling_code")
_PATHS: Mapping[str, tuple[str, ...] | None] = {
    "email": ("email",), "emails": ("email",), "phone": _PHONES, "phones": _PHONES,
    "phonenumbers": _PHONES, "name": _NAMES, "names": _NAMES, "fullname": _NAMES,
    "address": _PLACES, "addresses": _PLACES, "contact": None, "contacts": None, "person": None,
    "people": None, "lead": None, "attendee": None, "guest": None,
}  # fmt: skip
# From the beginning of the blanks on, so that a long run of them is looked at once.
_SLASH = re.compile(r"(?<![\s_])[\s_]++/[\s_]++")
# A form says behind a name whether it has to be filled in.
_DEMAND = re.compile(
    r"(?<!\s)\s*[(\[](?:required|mandatory|optional|erforderlich|pflichtfeld|obligatoire"
    r"|optionnel|facultatif|obligatorio|obligatoria|opcional|obbligatorio|facoltativo|verplicht"
    r"|optioneel|obligatorisk|frivillig)[)\]]\s*$",
    re.IGNORECASE,
)
_LONGEST = 1_000
"""A longer text names no field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a contact has.

    Attributes:
        name: preflight's name for it: "email", "first_name".
        kind: what its cells hold; see `kinds`.
        header: the provider's column name; None where the provider has no such field.
        aliases: other names under which exports write it, as written.
        vague: further names that mean it if no other column of the file does.
        beside: further names that mean it only beside one of the other names given for each.
        required: whether the provider refuses a row without it.
        max_length: of a cell in characters, if the provider documents it; 0 for no limit, although
            `Limits.text` sets one for text in general.
        past: for a timestamp, whether it must be in the past, like that of a scan or a
            registration.
        code: for a country, whether the provider wants its ISO 3166 code and not its name.
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
    code: bool = False


# Kinds of which a contact may have several.
_FURTHER = frozenset({"email", "phone"})
_QUALIFIERS = frozenset({
    "secondary", "second", "2nd", "third", "3rd", "other", "alternate", "alternative", "alt",
    "additional", "extra", "personal", "private", "home", "work", "business", "office", "direct",
    "company", "corporate", "primary", "preferred", "main", "car", "day", "daytime",
    "evening", "shipping", "billing", "invoice", "backup", "recovery", "whatsapp",
    "zweite", "weitere", "zusätzliche", "alternativ", "privat", "autre", "secondaire",
    "personnel", "perso", "altro", "altra", "secondario", "secondaria", "personale", "otro", "otra",
    "outro", "outra", "secundario", "secundaria", "secundário", "particular", "andere", "tweede",
    "privé", "annan", "anden", "annen",
})  # fmt: skip
# Names by themselves, but not beside another one: `Phone (Mobile)`.
_KINDS_OF_PHONE = frozenset({"mobile", "cell", "mobil"})
_OF_ITSELF = frozenset({"directmail"})
"""What a qualifier makes another thing of: post to one's door."""
_WRITTEN_TOGETHER = tuple(map(fold, sorted(_QUALIFIERS)))
_WORDS = re.compile(r"[^\W\d_]+")


class FieldNames:
    """Finds the fields that headers name.

    Args:
        fields: of a profile; of two with a name in common, the first has it.
    """

    def __init__(self, fields: Iterable[Field]) -> None:
        fields = tuple(fields)
        self._aliases: dict[str, str] = {}
        for known in fields:
            for alias in (*known.aliases, *known.vague):
                self._aliases.setdefault(fold(alias), known.name)
        self._aliases |= {fold(known.name): known.name for known in fields}
        self._aliases |= {
            fold(known.header): known.name for known in fields if known.header is not None
        }
        self._kinds = {known.name: known.kind for known in fields}
        self._exact = {known.name.casefold(): known.name for known in fields}
        self._exact |= {known.header.casefold(): known.name for known in fields if known.header}
        self._vague = frozenset(fold(name) for known in fields for name in known.vague)
        self._vague -= {fold(name) for name in self._exact}
        self._beside: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for known in fields:
            for name, others in known.beside.items():
                entry = (known.name, frozenset(map(fold, others)))
                self._beside.setdefault(fold(name), []).append(entry)

    def match(self, header: str) -> tuple[str, str] | None:
        """The field that a header names by itself and how: "exact", "alias"; None if it names none.

        Exact means equal to the provider's header or to preflight's field name, except for case,
        surrounding blanks and invisible characters. Nothing is guessed.
        """
        name = bare_name(header)
        if len(name) > _LONGEST:
            return None
        exact = self._exact.get(name.casefold())
        if exact is not None:
            return exact, "exact"
        folded = fold(self._without_path(header))
        alias = self._aliases.get(folded) if folded else None
        return None if alias is None else (alias, "alias")

    def _without_path(self, header: str) -> str:
        """The name behind a path, where it is known and the path leads to such fields.

        What a form adds about filling it in is no part of it.
        """
        header = _DEMAND.sub("", header)
        path, *names = _SLASH.split(header, maxsplit=1)
        if not names or fold(header) in self._aliases or fold(path) not in _PATHS:
            return header
        name = self._without_path(names[0])
        field, allowed = self._aliases.get(fold(name)), _PATHS[fold(path)]
        if field is None or (allowed is not None and field not in allowed):
            return header
        return name

    def knows(self, header: str) -> bool:
        """Whether a text is a name of a field, possibly in some headers only."""
        if len(header) > _LONGEST:
            return False
        return self.match(header) is not None or fold(header) in self._beside

    def kind_of_further(self, header: str) -> str | None:
        """The kind of a column that holds a further address or number of a contact.

        It is named like the first one, but for a number (`E-mail 2 - Value`) or a word (`Secondary
        Email`, `SecondaryEmail`); None for any other column.
        """
        if len(header) > _LONGEST or fold(header) in _OF_ITSELF:
            return None
        words = _WORDS.findall(header)
        joined, bare, barest = (
            "".join(word for word in words if word.casefold() not in left_out)
            for left_out in ((), _QUALIFIERS, _QUALIFIERS | _KINDS_OF_PHONE)
        )
        numbered = re.sub("[0-9]+", "1", header)
        for name in (header, numbered, joined, bare, barest, *_unqualified(fold(joined))):
            match = self.match(name) if fold(name) else None
            if match is not None and self._kinds[match[0]] in _FURTHER:
                return self._kinds[match[0]]
        return None

    def matches(self, header: Sequence[str]) -> list[tuple[str, str] | None]:
        """The result of `match` for each name of a header, corrected by the other names.

        A vague name gives way to a better one. A name that means something else beside another
        (`Name` beside `Vorname`) does so, unless the header also has a better name for that.
        """
        folded = [fold(self._without_path(name)) for name in header]
        names = frozenset(folded)
        matches = [self.match(name) for name in header]
        firm = {
            match[0]
            for name, match in zip(folded, matches, strict=True)
            if match is not None and name not in self._vague
        }
        for at, name in enumerate(folded):
            for field_name, others in self._beside.get(name, ()):
                if others & names and field_name not in firm:
                    matches[at] = field_name, "alias"
            match = matches[at]
            if match is not None and name in self._vague and match[0] in firm:
                matches[at] = None
        return matches


def _unqualified(folded: str) -> Iterator[str]:
    """A name without a qualifier that is written together with it: `SecondaryEmail`."""
    for word in _WRITTEN_TOGETHER:
        if folded.startswith(word):
            yield folded.removeprefix(word)
        elif folded.endswith(word):
            yield folded.removesuffix(word)
