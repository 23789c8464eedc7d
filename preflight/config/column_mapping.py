"""Maps the columns of a file to fields of a profile, and decides which columns are sent."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.profile import Profile
from preflight.core.errors import ConfigError
from preflight.core.names import bare_name, is_helper
from preflight.core.suggest import nearest
from preflight.core.types import Chunk, Column

NOT_A_FIELD = "-"
_SHOWN = 12
_NUMBER = re.compile("#([1-9][0-9]{0,5})")


def resolve(
    header: Sequence[str],
    profile: Profile,
    mapping: Mapping[str, str] | None = None,
    shared: Collection[str] = (),
) -> tuple[Column, ...]:
    """Maps each column of a header.

    Args:
        header: the names as written.
        profile: has the fields, headers and aliases.
        mapping: the user's own, header → field; it takes precedence over names and aliases. The
            field "-" means that the column holds none. `#3` instead of a header is the third
            column, and `#3` to "-" leaves it out.
        shared: the names in the mapping that the header may lack; see `missing`.

    Raises:
        ConfigError: the mapping names another header that the file lacks, or a field that the
            profile lacks.
    """
    mapped = _mapped(header, profile, mapping or {}, shared)
    by_number = {at for name in mapping or {} if (at := _numbered(name, header)) is not None}
    known_names = profile.matches(header)
    columns = []
    for position, name in enumerate(header):
        if is_helper(name):
            columns.append(Column(position, name, kind="helper"))
            continue
        if position in mapped:
            field, how = mapped[position], "option"
        else:
            field, how = known_names[position] or (NOT_A_FIELD, "")
            if field in mapped.values():
                field, how = NOT_A_FIELD, ""
        if field == NOT_A_FIELD:
            left_out = how == "option" and position in by_number
            # Who says that a column is no field says that it is no further one of its kind.
            kind = None if position in mapped else profile.kind_of_further(name)
            matched = "option" if left_out else ""
            columns.append(Column(position, name, kind=kind or "text", matched=matched))
            continue
        known = profile.fields[field]
        columns.append(Column(position, name, field, known.kind, known.required, how))
    return (*columns, *_joined(columns, profile))


def own(header: Sequence[str]) -> list[int]:
    """The positions of the columns of a header that are not helper columns."""
    return [at for at, name in enumerate(header) if not is_helper(name)]


def _joined(columns: Sequence[Column], profile: Profile) -> list[Column]:
    """The columns that a provider wants and no header names, joined from others."""
    held = {column.field: column for column in reversed(columns) if column.field}
    made: list[Column] = []
    for field, pieces in profile.joins.items():
        if field in held or not all(piece in held for piece in pieces):
            continue
        known = profile.fields[field]
        taken = [held[piece] for piece in pieces]
        made.append(
            Column(
                position=len(columns) + len(made),
                name=" + ".join(column.name for column in taken),
                field=field,
                kind=known.kind,
                required=known.required,
                matched="joined",
                pieces=tuple(column.position for column in taken),
            )
        )
    return made


def with_joined(chunk: Chunk, columns: Sequence[Column]) -> Chunk:
    """The chunk with its joined columns: the pieces that are not blank, separated by a space."""
    table = chunk.table
    for column in columns:
        if column.pieces:
            whole = join_pieces([table[str(position)] for position in column.pieces])
            name = str(column.position)
            if name in table.column_names:
                table = table.set_column(column.position, name, whole)
            else:
                table = table.append_column(name, whole)
    return dataclasses.replace(chunk, table=table)


def join_pieces(pieces: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Array | pa.ChunkedArray:
    """The cells of a joined column, from those of its pieces."""
    trimmed = [pc.utf8_trim_whitespace(piece) for piece in pieces]
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(*trimmed, " "))


def missing(header: Sequence[str], names: Iterable[str]) -> tuple[str, ...]:
    """The names of columns that a header lacks."""
    present = {_loose(name) for name in header}
    return tuple(
        name for name in names if _loose(name) not in present and _numbered(name, header) is None
    )


def require_fields(mapping: Mapping[str, str], profile: Profile) -> None:
    """Makes sure that a profile has the fields of a mapping, which no file is needed for.

    Raises:
        ConfigError: it lacks one.
    """
    for name, field in mapping.items():
        if field != NOT_A_FIELD and field not in profile.fields:
            raise ConfigError(_no_such_field(name, field, profile))


def _mapped(
    header: Sequence[str], profile: Profile, mapping: Mapping[str, str], shared: Collection[str]
) -> dict[int, str]:
    """Column position → field, from the user's mapping.

    A name as written takes precedence over one in another case or with other spaces, which are
    allowed because a line break in a header is hard to type.
    """
    mapped: dict[int, str] = {}
    bare = [bare_name(name) for name in header]
    loose = [_loose(name) for name in header]
    require_fields(mapping, profile)
    for name, field in mapping.items():
        number = _numbered(name, header)
        if number is not None:
            mapped[number] = field
        elif bare_name(name) in bare:
            mapped[bare.index(bare_name(name))] = field
        elif _loose(name) in loose:
            mapped[loose.index(_loose(name))] = field
        elif name not in shared:
            hint = _there_are(name, [" ".join(shown.split()) for shown in bare], profile)
            raise ConfigError(f"the file has no column `{name}` to map to `{field}`{hint}")
    return mapped


def _numbered(name: str, header: Sequence[str]) -> int | None:
    """The position of the column that `#3` names, unless a column has this very name."""
    number = _NUMBER.fullmatch(name)
    if number is None or name in map(bare_name, header):
        return None
    position = int(number[1]) - 1
    return position if position < len(header) else None


def _loose(name: str) -> str:
    return " ".join(bare_name(name).split()).casefold()


def _no_such_field(name: str, field: str, profile: Profile) -> str:
    """The error for a field that the profile lacks; it may be the provider's name of one."""
    known = profile.match(field)
    near = known[0] if known else nearest(field, profile.fields)
    hint = f"did you mean `{near}`?" if near else f"there are {', '.join(profile.fields)}"
    what = f"profile {profile.name} has no field `{field}` to map `{name}` to"
    return f"{what}; {hint} (`-` for none)"


def _there_are(wanted: str, names: Sequence[str], profile: Profile) -> str:
    """The names of the file's columns; "" if the header may be a contact's data."""
    if not any(map(profile.knows, names)):
        return ""
    if _NUMBER.fullmatch(wanted):
        return f"; it has {len(names)} columns"
    near = nearest(wanted, names)
    if near is not None:
        return f"; did you mean `{near}`?"
    names = [name for name in names if name]
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"; it has {shown}{more}"


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One column of the file that is written for a provider.

    Attributes:
        header: its name there.
        position: of the column it is written from; for a joined one, its place in a chunk's table.
        field: the profile's field it holds, or None.
        sources: the positions of the input columns whose cells it holds; several if joined.
    """

    header: str
    position: int
    field: str | None
    sources: tuple[int, ...]


def output_columns(
    columns: Sequence[Column], profile: Profile, dropped: Collection[int] = ()
) -> tuple[OutputColumn, ...]:
    """The columns that are written, in the order of the input; joined ones come last.

    The general profile writes every column under its own name. A provider's profile writes the
    columns that it has a field for, under the provider's name; the others depend on
    `unknown_columns`. A column that the user maps to a field which the provider is not known to
    have is written under the field's name, if the provider may have further fields.

    Args:
        columns: of the file, from `resolve`.
        profile: of the provider.
        dropped: the positions of columns that a rule drops.
    """
    return tuple(
        OutputColumn(
            _sent_name(column, profile),
            column.position,
            column.field,
            column.pieces or (column.position,),
        )
        for column in columns
        if column.position not in dropped and is_sent(column, profile)
    )


def _sent_name(column: Column, profile: Profile) -> str:
    if column.field is None:
        return bare_name(column.name)
    header = profile.fields[column.field].header
    if header is None and column.matched == "option" and not profile.is_general:
        return column.field
    return header or bare_name(column.name) or column.field


def is_sent(column: Column, profile: Profile) -> bool:
    """Whether a column itself is written for the provider.

    A column without a field, because the user unmapped it or mapped another one to its field, is
    not written if the provider would read its name as that field. Nor is one that the user left out
    by its number.
    """
    if column.kind == "helper":
        return False
    if column.pieces:
        return True
    if column.field is None and column.matched == "option":
        return False
    if profile.is_general:
        return True
    if column.field is not None and profile.fields[column.field].header is not None:
        return True
    if column.field is not None and column.matched == "option":
        return profile.unknown_columns in ("keep", "mapped")
    name = bare_name(column.name)
    if profile.unknown_columns != "keep" or not name or _is_header(name, profile):
        return False
    return profile.allows(name)


def _is_header(name: str, profile: Profile) -> bool:
    """Whether the provider reads a column of this name as one of the profile's fields."""
    taken = (field.header for field in profile.fields.values() if field.header is not None)
    return name.casefold() in {header.casefold() for header in taken}


def linted(columns: Sequence[Column], profile: Profile) -> frozenset[int]:
    """The positions of the columns whose cells are linted: they are sent, or joined into one."""
    sent = {column.position for column in columns if is_sent(column, profile)}
    return frozenset(sent.union(*(column.pieces for column in columns)))
