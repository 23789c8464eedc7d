"""A `preflight.toml` to begin with, drafted from a file.

The user's options are in force. What was detected is in comments: it is detected again each time,
and a person decides about what is only likely.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from preflight.config.column_mapping import is_sent
from preflight.config.column_suggestions import Suggestions, candidates
from preflight.config.profile import Profile
from preflight.config.settings import Settings
from preflight.core.names import bare_name
from preflight.core.types import Column, Layout
from preflight.kinds.sniffing import Looks
from preflight.linting.checked import Checked

_TOP = """\
# The settings of preflight; the command line and PREFLIGHT_* variables override them.
# A line that begins with # has no effect yet.
"""
_BLANK = """\

# How files are read, instead of detecting it: an encoding, a character or "tab", a line number.
# encoding = "cp1252"
# delimiter = ";"
# header_row = 1

# The country of phones without a country code, if no country column has it. Never guessed.
# region = "US"

# The time zone of timestamps that have none.
# timezone = "America/New_York"

# Rules: codes or prefixes; `preflight rules` lists them.
# ignore = ["TXT702"]

# How many rejected rows to accept, and the severity that makes the exit code 1.
# max_bad = "2%"
# fail_on = "warning"

[columns]
# The field that a column holds; "-" leaves it out.
# "Badge Mail" = "email"
"""
_BEHIND = """
# How many findings of a rule do not make a call fail: a share of the rows, or a count.
# [rules.EML305]
# max = "1%"

# The options of the provider; secrets come from the environment only.
# [providers.talkvalue]
# source_id = "7"
"""


def document(
    settings: Settings, profile: Profile, checked: Checked | None = None, *, schema: str = ""
) -> str:
    """The text of the file.

    Args:
        settings: of the user, which are in force.
        profile: with the fields to match the columns with.
        checked: the file to draft it from; without one, the text only shows what can be set.
        schema: where its JSON Schema is, by which editors check it; "" to leave it out.
    """
    directive = f"#:schema {schema}\n" if schema else ""
    lines = [directive, _TOP, *_for(settings)]
    if checked is None:
        return "".join([*lines, _BLANK, _BEHIND])
    lines += _reading(settings, checked.layout)
    lines += _phones(settings, checked)
    lines += _timestamps(settings, checked)
    lines += _columns(settings, profile, checked)
    return "".join([*lines, _BEHIND])


def _text(value: str) -> str:
    """A text as TOML writes it, on one line."""
    text = json.dumps(value, ensure_ascii=False).replace("##", r"#\u0023")
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in text)


def _escape(number: int) -> str:
    return f"\\u{number:04x}" if number < 1 << 16 else f"\\U{number:08x}"


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(_text(_name(column)) for column in columns)


def _name(column: Column) -> str:
    return " ".join(bare_name(column.name).split())


def _entry(key: str, value: str | int, note: str = "", *, in_force: bool) -> str:
    written = _text(value) if isinstance(value, str) else str(value)
    return f"{'' if in_force else '# '}{key} = {written}{f'  # {note}' if note else ''}\n"


def _for(settings: Settings) -> Iterator[str]:
    yield "\n# The provider whose rules to apply; `preflight profiles` lists them.\n"
    chosen = settings.profile != Settings().profile
    yield _entry("for", settings.profile if chosen else "talkvalue", in_force=chosen)


def _reading(settings: Settings, layout: Layout) -> Iterator[str]:
    yield "\n# How the file is read. It is detected each time; set what must not change.\n"
    origin = {
        "strict": "the file is valid",
        "bom": "by its byte order mark",
        "detected": f"detected, {layout.confidence:.0%} sure",
    }.get(layout.encoding_from, "")
    given = settings.encoding
    yield _entry(
        "encoding", given or layout.encoding, "" if given else origin, in_force=bool(given)
    )
    given = settings.delimiter
    yield _entry("delimiter", given or layout.delimiter, in_force=bool(given))
    if settings.sheet:
        yield _entry("sheet", settings.sheet, in_force=True)
    line = settings.header_row
    sure = "" if layout.header_certain else "no name in it is known"
    yield _entry(
        "header_row", line or layout.header_line, "" if line else sure, in_force=bool(line)
    )


def _phones(settings: Settings, checked: Checked) -> Iterator[str]:
    plan, looks = checked.analysis.plan, checked.analysis.view.looks
    yield "\n# The country of phones without a country code. Never guessed.\n"
    for column in _of_kind(plan.columns, "phone"):
        seen = looks[column.position]
        yield (
            f"# {_text(_name(column))}: {seen.international} of {seen.cells} sampled cells have"
            " a country code\n"
        )
    if plan.region_columns:
        yield f"# {_names(plan.region_columns)} has it for each row; this is for its blank cells.\n"
    yield _entry("region", settings.region or "US", in_force=bool(settings.region))


def _timestamps(settings: Settings, checked: Checked) -> Iterator[str]:
    timestamps = list(_of_kind(checked.analysis.plan.columns, "timestamp"))
    about = f" ({_names(timestamps)})" if timestamps else ""
    yield f"\n# The time zone of timestamps that have none{about}.\n"
    yield _entry(
        "timezone", settings.timezone or "America/New_York", in_force=bool(settings.timezone)
    )


def _of_kind(columns: Iterable[Column], kind: str) -> Iterator[Column]:
    return (column for column in columns if column.kind == kind and not column.pieces)


def _columns(settings: Settings, profile: Profile, checked: Checked) -> Iterator[str]:
    analysis = checked.analysis
    yield '\n[columns]\n# The field that a column holds; "-" leaves it out.\n'
    if analysis.view.header_is_data:
        # The names may be values of a contact.
        yield "# The first row looks like data: add a header line above it, and run init again.\n"
        return
    by_name = {_name(column): column for column in analysis.plan.columns if not column.pieces}
    for name, field in settings.columns.items():
        yield _entry(_text(name), field, in_force=True)
    known = [
        column
        for column in by_name.values()
        if column.field is not None and column.matched != "option"
    ]
    taken = [column for column in known if is_sent(replace(column, matched="option"), profile)]
    if taken:
        yield "# Recognised by their names:\n"
        yield from (
            _entry(_text(_name(column)), str(column.field), in_force=False) for column in taken
        )
    if len(taken) < len(known):
        others = _names([column for column in known if column not in taken])
        yield f"# Recognised, but {profile.title} has no such column: {others}\n"
    yield from _asked(known, analysis.view.looks)
    yield from _suggested(profile, analysis.plan.columns, analysis.view.looks)


def _asked(known: list[Column], looks: tuple[Looks, ...]) -> Iterator[str]:
    """Columns that the user must decide about: two for one field, or unexpected cells."""
    first: dict[str, Column] = {}
    lines = []
    for column in known:
        field, seen = str(column.field), looks[column.position]
        if field in first:
            note = f"{_names([first[field]])} could be {field} too; keep one"
            lines.append(_entry(_text(_name(column)), "-", note, in_force=False))
        elif seen.instead_of(column.kind, field) is not None:
            note = f"its cells do not look like {field}"
            lines.append(_entry(_text(_name(column)), "-", note, in_force=False))
        first.setdefault(field, column)
    if lines:
        yield "# Please decide; remove the # from each line that is right:\n"
        yield from lines


def _suggested(
    profile: Profile, columns: tuple[Column, ...], looks: tuple[Looks, ...]
) -> Iterator[str]:
    """Columns whose name is not recognised, and the fields that they may hold."""
    suggestions, likely = {}, Suggestions(columns, looks, profile)
    unknown = [column for column in columns if column.field is None and column.kind != "helper"]
    for column in unknown:
        suggestion = likely.of(column)
        if suggestion is not None:
            suggestions[column.position] = suggestion
    held = {column.field for column in columns}
    for name in profile.required:
        if name not in held:
            for candidate in candidates(unknown, looks, profile.fields[name]):
                suggestions.setdefault(candidate.column.position, candidate)
    if suggestions:
        yield "# Not recognised, but likely; remove the # from each line that is right:\n"
    for _, suggestion in sorted(suggestions.items()):
        note = suggestion.evidence or "by its name"
        yield _entry(_text(suggestion.name), suggestion.field, note, in_force=False)
    rest = [
        column
        for column in unknown
        if column.position not in suggestions and bare_name(column.name)
    ]
    if rest:
        yield f"# Of no field: {_names(rest)}\n"
