"""The types of the settings: what each may be, the words for it in errors, and its JSON Schema."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from encodings.aliases import aliases
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema

from preflight.config import choices
from preflight.config.file_ignores import FileIgnores
from preflight.config.profile import Demand
from preflight.config.validation import Form, OneOf, table
from preflight.core.exchange import Reason
from preflight.core.suggest import nearest
from preflight.core.types import Severity
from preflight.providers import registry

OFF = "off"
LEVELS = (*(str(level) for level in Severity), OFF)
"""What a rule's severity may be in a config or a profile."""
_SECRETS = "|".join(("token", "password", "secret", "api[_-]?key", "api[_-]?user"))
_PLACES = "(base|api)?[_-]?url|host|endpoint|cli|command|program"
_RATE = r"100(?:\.0+)?|[0-9]{1,2}(?:\.[0-9]+)?"
# What spreadsheets and editors call encodings, and how similar another name has to be.
_OF_SPREADSHEETS = {"ansi": "cp1252", "windows": "cp1252", "unicode": "utf-16"}
_LIKE_ENCODING = 75.0
# How people write a tab where they cannot type one.
_TABS = {"\\t": "\t", "tab": "\t"}
# A place is suggested if it is so similar, from 0 to 100, and so long; and so many are at most.
_LIKE = 80.0
_SHORTEST = 4
_FEW = 3
# RFC 5322, section 4.3: the zones of North America, whose summer time has another name.
_ABBREVIATED = {
    "est": "America/New_York", "edt": "America/New_York", "cst": "America/Chicago",
    "cdt": "America/Chicago", "mst": "America/Denver", "mdt": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MaxBad:
    """How many rejected rows are still accepted: a share of all rows, or a count.

    Attributes:
        share: 0 to 1; None when a count was given.
        count: None when a share was given.
    """

    share: float | None = None
    count: int | None = 0

    @classmethod
    def parse(cls, text: str) -> MaxBad:
        """From "2%" or "50".

        Raises:
            ValueError: it is neither.
        """
        rate = re.fullmatch(rf"({_RATE})\s*%", text.strip())
        if rate:
            return cls(share=float(Decimal(rate[1]) / 100), count=None)
        if re.fullmatch("[0-9]+", text.strip()):
            return cls(count=int(text))
        raise ValueError("is a rate like 2% or a count like 50")

    def __str__(self) -> str:
        if self.count is not None:
            return str(self.count)
        return f"{(Decimal(repr(self.share or 0.0)) * 100).normalize():f}%"

    def allows(self, rejected: int, rows: int) -> bool:
        """Whether so many rejected rows of so many are accepted."""
        if self.count is not None:
            return rejected <= self.count
        # As decimals: 29 of 100 are 29%, and 0.29 * 100 is a little less than 29.
        return rejected <= Decimal(repr(self.share or 0.0)) * rows


def demands(value: Any) -> tuple[Demand, ...]:
    """Demands as a config or a profile writes them: `[["email", "phone"], ["name", ["a", "b"]]]`.

    Raises:
        ValueError: it is something else.
    """
    form = 'is a list of lists of fields, like [["email", "phone"]]'
    if not isinstance(value, (list, tuple)):
        raise ValueError(form)  # noqa: TRY004 - pydantic turns it into an error of its own
    made = []
    for group in value:
        if not isinstance(group, (list, tuple)) or not group:
            raise ValueError(form)
        demand = tuple((entry,) if isinstance(entry, str) else entry for entry in group)
        for fields in demand:
            named = isinstance(fields, (list, tuple)) and bool(fields)
            if not named or not all(isinstance(name, str) for name in fields):
                raise ValueError(form)
        made.append(tuple(tuple(fields) for fields in demand))
    return tuple(made)


def _codes(value: Any) -> tuple[str, ...]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, (list, tuple)) or not all(isinstance(e, str) for e in entries):
        raise ValueError("is a list of rule codes")
    return tuple(code.strip() for entry in entries for code in entry.split(",") if code.strip())


def _file_ignores(value: Any) -> FileIgnores:
    return value if isinstance(value, FileIgnores) else FileIgnores(_codes(value))


def _paths(value: Any) -> tuple[Path, ...]:
    entries = [value] if isinstance(value, (str, Path)) else value
    if not isinstance(entries, (list, tuple)) or not all(
        isinstance(entry, (str, Path)) and str(entry) for entry in entries
    ):
        raise ValueError("is a list of folders and files")
    return tuple(Path(entry) for entry in entries)


def _folder(value: Any) -> Path:
    if not isinstance(value, (str, Path)) or not str(value):
        raise ValueError("is a text: the path of a folder")
    return Path(value)


def _file(value: Any) -> Path:
    if not isinstance(value, (str, Path)) or not str(value):
        raise ValueError("is a text: the path of a file")
    return Path(value)


def _max_bad(value: Any) -> MaxBad:
    return value if isinstance(value, MaxBad) else MaxBad.parse(str(value))


def _delimiter(value: str) -> str:
    delimiter = _TABS.get(value.lower(), value)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise ValueError("is one ASCII character and no quote, or `tab`")
    return delimiter


def _encoding(value: str) -> str:
    try:
        codecs.lookup(value)
    except (LookupError, ValueError):
        near = _OF_SPREADSHEETS.get(value.lower()) or nearest(value, aliases, like=_LIKE_ENCODING)
        hint = f"; did you mean {near}?" if near else ""
        raise ValueError(f"is a name like utf-8, cp1252 or shift_jis{hint}") from None
    return value


def _region(value: Any) -> str:
    import phonenumbers

    code = value.strip().upper() if isinstance(value, str) else ""
    if code not in phonenumbers.SUPPORTED_REGIONS:
        near = _region_meant(str(value))
        hint = f"; did you mean {near}?" if near else ""
        raise ValueError(f"is a country code of two letters like US{hint}")
    return code


def _region_meant(name: str) -> str:
    """The code of the country that a name may mean: `Germany`, `USA`; "" if none is similar."""
    from preflight.kinds.country_names import likely_country, region_of

    return region_of(name) or likely_country(name)[0]


def _timezone(value: Any) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = " or ".join(_zones_meant(str(value))[:_FEW])
        hint = f"; did you mean {near}?" if near else ""
        raise ValueError(f"is an IANA name like America/New_York{hint}") from None


def _zones_meant(name: str) -> list[str]:
    """The zones that a name may mean: `Berlin`, `new york`, `US Pacific`, `PST`."""
    if re.search("[0-9]", name):  # `GMT+2` is no zone, and GMT is another
        return []
    written = re.sub("[^a-z]+", "_", name.casefold()).strip("_")
    if written in _ABBREVIATED:
        return [_ABBREVIATED[written]]
    zones = sorted(available_timezones())
    whole = {zone: zone.replace("/", "_").casefold() for zone in zones}
    places = {zone: zone.rpartition("/")[2].casefold() for zone in zones}
    for names in (whole, places):
        if written in names.values():
            return [zone for zone, known in names.items() if known == written]
    if len(written) < _SHORTEST:
        return []
    near = nearest(written, sorted({*whole.values(), *places.values()}), like=_LIKE)
    return [zone for zone in zones if near in (whole[zone], places[zone])]


def _sheet(value: Any) -> Any:
    number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if number else value


def _no_switch(value: Any) -> Any:
    """Python counts true as 1."""
    if isinstance(value, bool):
        raise ValueError("is a number")  # noqa: TRY004 - pydantic turns it into an error of its own
    return value


def _no_secret(name: str) -> str:
    if re.search(_SECRETS, name, re.IGNORECASE):
        raise ValueError("looks like a secret; secrets come from the environment only")
    if re.fullmatch(_PLACES, name, re.IGNORECASE):
        raise ValueError("is an address or a program; those come from the environment only")
    return name.replace("-", "_")


def _option(value: Any) -> str:
    """An option of a provider as `-O` would give it."""
    if not isinstance(value, (str, int, float)):
        raise ValueError("is a text or a number")  # noqa: TRY004 - as above
    return str(value).lower() if isinstance(value, bool) else str(value)


def _any_case(pattern: str) -> str:
    """A pattern for the JSON Schema, whose patterns know no flags."""
    return re.sub("[a-z]", lambda letter: f"[{letter[0].upper()}{letter[0]}]", pattern)


_Text = Annotated[str, Field(strict=True, min_length=1)]

Switch = Annotated[bool, Field(strict=True), Form("is true or false")]
Count = Annotated[int, Field(strict=True, ge=1), Form("is a number from 1 up")]
Codes = Annotated[tuple[str, ...], PlainValidator(_codes, json_schema_input_type=str | list[str])]
RulePaths = Annotated[
    tuple[Path, ...], PlainValidator(_paths, json_schema_input_type=_Text | list[_Text])
]
Demands = Annotated[
    tuple[Demand, ...],
    PlainValidator(
        demands,
        json_schema_input_type=list[
            Annotated[
                list[str | Annotated[list[str], Field(min_length=1)]],
                Field(min_length=1),
            ]
        ],
    ),
]
Level = Annotated[str, OneOf(lambda: LEVELS)]
Levels = Annotated[
    Mapping[str, Level], table("is a table: a rule code or prefix, and its severity")
]
SchemaName = Annotated[
    str,
    Field(strict=True, pattern=r"^[^ ][\s\S]*:[^\W\d]\w*$"),
    Form("is a text, FILE:NAME like schemas.py:TradeShow"),
]
Resolver = Annotated[
    str,
    Field(
        strict=True,
        pattern=r"^([0-9.]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?|[0-9A-Fa-f:]+)$",
    ),
    Form("is an IP address, or one and a port: 127.0.0.1:53"),
]
FailOn = Annotated[choices.FailOn, OneOf(lambda: choices.FAIL_ON)]
OutputFormat = Annotated[choices.OutputFormat, OneOf(lambda: choices.FORMATS)]
MaxBadRows = Annotated[
    MaxBad,
    PlainValidator(
        _max_bad,
        json_schema_input_type=Annotated[int, Field(ge=0)]
        | Annotated[str, Field(pattern=rf"^\s*([0-9]+|({_RATE})\s*%)\s*$")],
    ),
]
MaxFindings = Annotated[
    Mapping[str, MaxBadRows], table("is a table: a rule code or prefix, and its most findings")
]
PerFileIgnores = Annotated[
    Mapping[
        str,
        Annotated[
            FileIgnores, PlainValidator(_file_ignores, json_schema_input_type=str | list[str])
        ],
    ],
    table("is a table: a pattern of files, and rule codes"),
]
Region = Annotated[
    str,
    PlainValidator(
        _region, json_schema_input_type=Annotated[str, Field(pattern=r"^\s*[A-Za-z]{2}\s*$")]
    ),
]
Zone = Annotated[str, PlainValidator(_timezone, json_schema_input_type=_Text)]
Encoding = Annotated[_Text, AfterValidator(_encoding)]
Delimiter = Annotated[
    _Text,
    AfterValidator(_delimiter),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": (
                r"^([\u0001-\u0009\u000b\u000c\u000e-\u0021\u0023-\u007f]"
                r"|[Tt][Aa][Bb]|\\[tT])$"
            ),
        }
    ),
]
SheetName = Annotated[
    _Text, BeforeValidator(_sheet, json_schema_input_type=Annotated[int, Field(ge=1)] | _Text)
]
Fields = Annotated[Mapping[str, str], Form("is a table of texts: a header, and its field")]
FilePath = Annotated[_Text, Form("is a text: the path of a file")]
BaselineFile = Annotated[Path, PlainValidator(_file, json_schema_input_type=_Text)]
StateFolder = Annotated[Path, PlainValidator(_folder, json_schema_input_type=_Text)]
Seconds = Annotated[
    float,
    Field(gt=0, allow_inf_nan=False),
    BeforeValidator(_no_switch),
    Form("is a number of seconds above 0"),
]
_Provider = Annotated[str, OneOf(registry.names)]
_OptionName = Annotated[
    str,
    AfterValidator(_no_secret),
    WithJsonSchema({"type": "string", "not": {"pattern": _any_case(f"{_SECRETS}|^({_PLACES})$")}}),
]
_OptionValue = Annotated[str, PlainValidator(_option, json_schema_input_type=str | float | bool)]
ProviderOptions = Annotated[
    Mapping[
        _Provider,
        Annotated[Mapping[_OptionName, _OptionValue], table("is a table of options")],
    ],
    table("is a table for each provider"),
]
FailureClass = Annotated[str, OneOf(lambda: tuple(str(reason) for reason in Reason))]
FailureClasses = Annotated[
    Mapping[
        _Provider,
        Annotated[Mapping[str, FailureClass], table("is a table: a failure code, and its class")],
    ],
    table("is a table for each provider"),
]
