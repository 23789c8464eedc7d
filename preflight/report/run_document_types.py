"""The keys of a run in a report for programs; see `document_types`."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict  # see `document_types`

from preflight.core.exchange import Reason
from preflight.report.document_values import CLOSED, OPEN, Code, Count, Digest, Number


@with_config(CLOSED)
class RunBooksRecord(TypedDict):
    """Where the rows of a run are: the other six sum to `rows`.

    `submitted`: the provider took it and tells no outcome. `unknown`: it is not known whether it
    arrived.
    """

    rows: Count
    rejected_here: Count
    accepted: Count
    rejected_there: Count
    submitted: Count
    unknown: Count
    dropped: Count


@with_config(OPEN)
class PartRecord(TypedDict):
    """A part of what a run sends."""

    number: Number
    rows: Count
    bytes: Count
    sha256: Digest
    state: str
    job: str | None
    status: Annotated[str | None, Field(description="The provider's own word.")]
    counts: Annotated[dict[str, int], Field(description="The provider's own counters, verbatim.")]
    reason: str | None


RefusalRecord = TypedDict("RefusalRecord", {"rows": Count, "class": Reason})
RefusalRecord.__doc__ = "The rows that the provider refused with a code of its own."
with_config(CLOSED)(RefusalRecord)


# "foreseen" is the old name of what was predicted, for programs that read it.
PredictionRecord = TypedDict(  # noqa: UP013 - in quotes the old name is known for one
    "PredictionRecord",
    {
        "rows": Count,
        "foreseen": Annotated[Count, Field(description="Rows with a warning that is a sign.")],
        "by": dict[Code, Count],
        "accepted": Annotated[
            dict[Code, Count],
            Field(description="Accepted rows that have a warning of the same rules."),
        ],
        "no_sign": dict[Code, Count],
        "missed": Count,
    },
)
PredictionRecord.__doc__ = "How many refused rows had a warning before sending."
with_config(OPEN)(PredictionRecord)


@with_config(OPEN)
class RoundRecord(TypedDict):
    """A run of the same rows, as first sent or corrected."""

    id: str
    source: Annotated[str, Field(description="The name of its file.")]
    places: Annotated[
        dict[str, Number],
        Field(description="How many rows had which outcome, by the keys of `books`."),
    ]


@with_config(OPEN)
class RunRecord(TypedDict):
    """What became of the rows."""

    id: Annotated[str | None, Field(description="Null where nothing was sent.")]
    parent: NotRequired[
        Annotated[
            str | None,
            Field(
                description="The run whose rejected rows this one sends again, corrected; null for "
                "a first one."
            ),
        ]
    ]
    provider: str
    address: NotRequired[
        Annotated[
            str | None,
            Field(
                description="Where it went, if not to the provider itself; "
                '"sandbox" for the stand-ins of --sandbox.'
            ),
        ]
    ]
    sandbox: NotRequired[
        Annotated[bool, Field(description="Whether it was a rehearsal in the sandbox.")]
    ]
    state: str
    parts: list[PartRecord]
    books: RunBooksRecord
    not_sent_yet: Annotated[
        Count, Field(description="How many of the unknown rows wait to be sent.")
    ]
    gate: NotRequired[
        Annotated[
            str | None,
            Field(
                description="The --max-bad that more rows were rejected than, so that nothing was "
                "sent; else null."
            ),
        ]
    ]
    refusals: Annotated[dict[str, RefusalRecord], Field(description="By the provider's code.")]
    predicted: NotRequired[
        Annotated[
            dict[str, PredictionRecord],
            Field(description="By the provider's code: what findings had predicted of it."),
        ]
    ]
    unattributed: Annotated[
        Count, Field(description="Rows that the provider refused without saying which.")
    ]
    unmatched_lines: Annotated[
        Count, Field(description="Lines of its report that match no row that was sent.")
    ]
    notes: list[str]
    rounds: NotRequired[
        Annotated[
            list[RoundRecord],
            Field(
                description="The settled runs of these rows, the first one first; only where "
                "rejected rows were sent again."
            ),
        ]
    ]
