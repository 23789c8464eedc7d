"""The keys of a report for programs; `report.schema.json` is generated from them.

The descriptions of the fields go into that schema. A key may be added; none is taken away.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict  # pydantic brings it, and wants it before Python 3.12

from preflight.core.types import Safety, Severity
from preflight.report.document_values import CLOSED, Code, Count, Digest, Number, ShortDigest
from preflight.report.run_document_types import RunRecord


@with_config(CLOSED)
class ToolRecord(TypedDict):
    """Who made a report."""

    name: Literal["preflight"]
    version: str
    libraries: NotRequired[
        Annotated[
            dict[str, str],
            Field(
                description="The libraries that judge cells, and their versions: email-validator, "
                "phonenumbers, tzdata."
            ),
        ]
    ]


@with_config(CLOSED)
class BooksRecord(TypedDict):
    """Where the rows of a file are: the last three sum to the first."""

    rows: Count
    clean: Count
    rejected: Count
    dropped: Count


@with_config(CLOSED)
class CountsRecord(TypedDict):
    """How many findings there are, with those that are hidden."""

    error: Count
    warning: Count
    by_code: dict[Code, Number]


@with_config(CLOSED)
class SheetRecord(TypedDict):
    """The sheet of a workbook that was read."""

    name: str
    others: Annotated[list[str], Field(description="Further visible sheets that hold something.")]
    hidden: Annotated[list[str], Field(description="Sheets that are hidden.")]
    hidden_rows: Annotated[Count, Field(description="Rows that are hidden, and read as well.")]
    hidden_columns: Count
    filtered: bool
    merged: Count


@with_config(CLOSED)
class UnsafeFixesRecord(TypedDict):
    """What --unsafe-fixes would add to the fixes that are made."""

    cells: Annotated[Count, Field(description="Cells that would change.")]
    rows: Annotated[
        Count, Field(description="Rows that would become sendable, duplicates among them.")
    ]
    all_seen: Annotated[
        bool,
        Field(description="Whether all cells that a guess may fix were looked at; else more."),
    ]


@with_config(CLOSED)
class LimitRecord(TypedDict):
    """How many findings of a rule the config accepts."""

    code: Code
    findings: Number
    max: Annotated[
        str,
        Field(description="A share of the rows, or a count.", pattern="^[0-9.]+%?$"),
    ]
    within: Annotated[
        bool,
        Field(
            description="Whether there are no more than that, so that they do not count for the "
            "exit code."
        ),
    ]


StandingWord = Literal["accepted", "worse", "new"]


@with_config(CLOSED)
class AcceptedRecord(TypedDict):
    """What a baseline accepts of a kind."""

    count: Count
    rows: Annotated[
        Number | None, Field(description="Of how many rows; null for the file or its header.")
    ]


@with_config(CLOSED)
class KindRecord(TypedDict):
    """How the findings of a rule in a column stand to the baseline."""

    code: Code
    severity: Severity
    column_name: Annotated[
        str | None,
        Field(description="The header as written, or `#3`; null for the file as a whole."),
    ]
    standing: StandingWord
    count: Count
    accepted: Annotated[
        AcceptedRecord | None, Field(description="What the baseline accepts; null for nothing.")
    ]


@with_config(CLOSED)
class GoneRecord(TypedDict):
    """What is accepted, and was not found any more."""

    code: Code
    column_name: Annotated[
        str | None,
        Field(description="The header as written, or `#3`; null for the file as a whole."),
    ]
    count: Count
    rows: Annotated[
        Number | None, Field(description="Of how many rows; null for the file or its header.")
    ]


@with_config(CLOSED)
class BaselineRecord(TypedDict):
    """How a file stands to a baseline."""

    path: Annotated[str, Field(description="Of the baseline.")]
    file: Annotated[
        str | None,
        Field(
            description="The file in the baseline that this one is compared with; null if it has "
            "none."
        ),
    ]
    accepted: Count
    worse: Count
    new: Count
    kinds: list[KindRecord]
    gone: list[GoneRecord]
    changed_rules: Annotated[
        list[Code],
        Field(description="The rules that have changed since the baseline was written."),
    ]


@with_config(CLOSED)
class FileRecord(TypedDict):
    """A file."""

    path: Annotated[str, Field(description="What the user called it.")]
    sha256: Digest
    bytes: Count
    encoding: Annotated[str, Field(description="A codec name of Python.")]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)]
    sheet: Annotated[SheetRecord | None, Field(description="Null for what is no workbook.")]
    header_line: Annotated[Number | None, Field(description="Null where there is no header.")]
    profile: str
    columns: Annotated[
        dict[str, str], Field(description="Header as written to the field it holds.")
    ]
    rows: Count
    books: BooksRecord
    counts: CountsRecord
    held_back: Annotated[
        Count,
        Field(description="Findings about rows that are hidden, because the header is wrong."),
    ]
    limits: Annotated[
        list[LimitRecord],
        Field(
            description="The rules of which the config accepts some findings, and that have "
            "findings about rows."
        ),
    ]
    ignored: Annotated[
        list[str],
        Field(
            description="Codes and prefixes of the rules that the config switches off in this file."
        ),
    ]
    unused: Annotated[
        list[str],
        Field(description="What the user said that does not fit this file, in words; no error."),
    ]
    unsafe_fixes: Annotated[
        UnsafeFixesRecord | None,
        Field(description="Null where nothing of the file can be used until it is fixed."),
    ]
    baseline: NotRequired[Annotated[BaselineRecord, Field(description="With --baseline alone.")]]


@with_config(CLOSED)
class UnreadRecord(TypedDict):
    """A file that could not be opened."""

    path: str
    reason: Annotated[str, Field(description="Why, and what to do about it.")]


@with_config(CLOSED)
class FixRecord(TypedDict):
    """The fix for a finding."""

    safety: Safety
    replacement: Annotated[str | None, Field(description="Null unless values are shown.")]


@with_config(CLOSED)
class FindingRecord(TypedDict):
    """A finding."""

    code: Code
    name: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    severity: Severity
    message: Annotated[str, Field(min_length=1)]
    path: str
    row: Annotated[Number | None, Field(description="Null if it is about the file.")]
    line: Number | None
    column: Number | None
    column_name: Annotated[
        str | None,
        Field(
            description="The header as written; null also where the header may be somebody's data."
        ),
    ]
    value: Annotated[
        str | None, Field(description="The cell as it was read; null unless values are shown.")
    ]
    token: Annotated[
        ShortDigest | None,
        Field(description="A keyed hash of the value: equal for equal values within a report."),
    ]
    shape: Annotated[
        str | None,
        Field(
            description="a lower-case and A upper-case letters, d digits, s blanks, c control "
            "characters, u beyond ASCII, each with how many; punctuation as it is."
        ),
    ]
    fix: Annotated[FixRecord | None, Field(description="Null without a fix.")]
    fingerprint: Annotated[
        ShortDigest, Field(description="The same for the same finding of another call.")
    ]
    baseline: NotRequired[
        Annotated[
            StandingWord,
            Field(description="With --baseline alone: how the finding stands to it."),
        ]
    ]


@with_config(CLOSED)
class ReportRecord(TypedDict):
    """What `--output-format json` prints, and what report.json holds.

    Rows, lines and columns count from 1 and mean the input as given. Unless values are shown, it
    holds no value of a contact.
    """

    schema_version: Literal[1]
    tool: ToolRecord
    written: NotRequired[
        Annotated[
            dict[str, str],
            Field(
                description="In report.json alone: the SHA-256 of each result beside it as it was "
                "written."
            ),
        ]
    ]
    unfinished_run: NotRequired[
        Annotated[
            str | None,
            Field(
                description="In report.json alone: the run that has not ended and needs the "
                "results; null if none does."
            ),
        ]
    ]
    files: list[FileRecord]
    unread: NotRequired[
        Annotated[
            list[UnreadRecord],
            Field(
                description="Of several files those that could not be opened; they are not among "
                "`files`."
            ),
        ]
    ]
    findings: Annotated[
        list[FindingRecord],
        Field(description="In the order of the files, then line, column, code."),
    ]
    findings_total: Annotated[Count, Field(description="With those that are held back.")]
    truncated: Annotated[
        bool, Field(description="Whether fewer findings are listed than there are.")
    ]
    fixed: NotRequired[
        Annotated[
            dict[Code, Count],
            Field(
                description="For each rule code, how many cells its fix changes; after `fix` and "
                "`submit`."
            ),
        ]
    ]
    run: NotRequired[RunRecord]
