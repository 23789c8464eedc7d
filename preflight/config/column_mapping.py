"""Which column of a file holds which field of a profile, and what is sent of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.profile import Profile
from preflight.core.errors import ConfigError
from preflight.core.names import bare_name
from preflight.core.suggest import nearest
from preflight.core.types import Chunk, Column

# The helper columns that rejects.csv and failures.csv carry; they are never sent.
HELPER_PREFIX = "preflight__"
NOT_A_FIELD = "-"
_SHOWN = 12


def resolve(
    header: Sequence[str],
    profile: Profile,
    mapping: Mapping[str, str] | None = None,
    shared: Collection[str] = (),
) -> tuple[Column, ...]:
    """What each column of a header is.

    Args:
        header: the names as written.
        profile: knows fields, headers and aliases.
        mapping: the user's word, header → field; it beats names and aliases. A field of "-" says
            that the column is none.
        shared: the names in the mapping that the header may lack, see `missing`.

    Raises:
        ConfigError: the mapping names another header that is not there, or a field the profile
            lacks.
    """
    said = _said(header, profile, mapping or {}, shared)
    known_names = profile.matches(header)
    columns = []
    for position, name in enumerate(header):
        if is_helper(name):
            columns.append(Column(position, name, kind="helper"))
            continue
        if position in said:
            field, how = said[position], "option"
        else:
            field, how = known_names[position] or (NOT_A_FIELD, "")
            if field in said.values():
                field, how = NOT_A_FIELD, ""
        if field == NOT_A_FIELD:
            columns.append(Column(position, name))
            continue
        known = profile.fields[field]
        columns.append(Column(position, name, field, known.kind, known.required, how))
    return (*columns, *_joined(columns, profile))


def is_helper(name: str) -> bool:
    """Whether a header is one of the helper columns that preflight itself has written."""
    return bare_name(name).casefold().startswith(HELPER_PREFIX)


def own(header: Sequence[str]) -> list[int]:
    """The positions of the columns of a header that are no helper columns."""
    return [at for at, name in enumerate(header) if not is_helper(name)]


def _joined(columns: Sequence[Column], profile: Profile) -> list[Column]:
    """The columns that no header names and a provider wants, made from others."""
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
    """The chunk with its joined columns: the pieces that are not blank, a blank between."""
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
    """The cells of a joined column, from those of the columns that it is made of."""
    trimmed = [pc.utf8_trim_whitespace(piece) for piece in pieces]
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(*trimmed, " "))


def missing(header: Sequence[str], names: Iterable[str]) -> tuple[str, ...]:
    """Those of some names of columns that a header lacks."""
    there = {_loose(name) for name in header}
    return tuple(name for name in names if _loose(name) not in there)


def _said(
    header: Sequence[str], profile: Profile, mapping: Mapping[str, str], shared: Collection[str]
) -> dict[int, str]:
    """The field of each column that the user speaks of.

    The name as written counts before one of another case or of other blanks in it: a line break in
    a header is not easily typed.
    """
    said: dict[int, str] = {}
    bare = [bare_name(name) for name in header]
    loose = [_loose(name) for name in header]
    for name, field in mapping.items():
        if field != NOT_A_FIELD and field not in profile.fields:
            raise ConfigError(_no_such_field(name, field, profile))
        if bare_name(name) in bare:
            said[bare.index(bare_name(name))] = field
        elif _loose(name) in loose:
            said[loose.index(_loose(name))] = field
        elif name not in shared:
            hint = _there_are(name, [" ".join(one.split()) for one in bare if one], profile)
            raise ConfigError(f"the file has no column `{name}` to map to `{field}`{hint}")
    return said


def _loose(name: str) -> str:
    return " ".join(bare_name(name).split()).casefold()


def _no_such_field(name: str, field: str, profile: Profile) -> str:
    """Why a field that is none cannot be mapped to; it may be called as the provider calls it."""
    known = profile.match(field)
    near = known[0] if known else nearest(field, profile.fields)
    hint = f"did you mean `{near}`?" if near else f"there are {', '.join(profile.fields)}"
    what = f"profile {profile.name} has no field `{field}` to map `{name}` to"
    return f"{what}; {hint} (`-` for none)"


def _there_are(wanted: str, names: Sequence[str], profile: Profile) -> str:
    """What the columns of the file are called; nothing where the header may be a contact's data."""
    if not any(map(profile.knows, names)):
        return ""
    near = nearest(wanted, names)
    if near is not None:
        return f"; did you mean `{near}`?"
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"; it has {shown}{more}"


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One column of the file that is written for a provider.

    Attributes:
        header: its name there.
        position: of the column it is written from; of a joined one, its place in a chunk's table.
        field: the profile's field it holds, or None.
        sources: the positions of the input's columns whose cells it holds: several where joined.
    """

    header: str
    position: int
    field: str | None
    sources: tuple[int, ...]


def output_columns(
    columns: Sequence[Column], profile: Profile, dropped: Collection[int] = ()
) -> tuple[OutputColumn, ...]:
    """The columns that are written, in the order of the input; joined ones come last.

    Under the general profile every column is, under its own name. Under a provider's, those it has
    a field for, under its name for them; others as the profile's `unknown_columns` says. A column
    that the user maps to a field the provider is not known to have goes under the field's name,
    where the provider has fields beyond those that are known.

    Args:
        columns: of the file, as `resolve` tells them.
        profile: what the provider takes.
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
    return header or bare_name(column.name)


def is_sent(column: Column, profile: Profile) -> bool:
    """Whether a column itself is written for the provider.

    One that is no field of the profile, because the user said so or mapped another to that field,
    is not, where its own name would make it that field again.
    """
    if column.kind == "helper":
        return False
    if column.pieces:
        return True
    if profile.is_general:
        return True
    if column.field is not None and profile.fields[column.field].header is not None:
        return True
    if column.field is not None and column.matched == "option":
        return profile.unknown_columns in ("keep", "mapped")
    name = bare_name(column.name)
    if profile.unknown_columns != "keep" or not name or _is_header(name, profile):
        return False
    if name.casefold() in profile.reserved:
        return False
    return profile.header_pattern is None or re.fullmatch(profile.header_pattern, name) is not None


def _is_header(name: str, profile: Profile) -> bool:
    """Whether the provider reads a column of that name as one of the profile's fields."""
    taken = (field.header for field in profile.fields.values() if field.header is not None)
    return name.casefold() in {header.casefold() for header in taken}


def is_linted(column: Column, profile: Profile) -> bool:
    """Whether a column's cells matter: it is sent, or one that is sent is made from it."""
    if column.kind == "helper":
        return False
    if is_sent(column, profile):
        return True
    return any(column.field in pieces for pieces in profile.joins.values())
