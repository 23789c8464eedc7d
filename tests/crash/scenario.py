"""What is put through the matrix: one command line with one input, for each way to a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.crash.runner import USUAL, Around, Point

ADDRESSES = """email,first_name
ann1@kestrel-labs.com,Ann
 ann2@kestrel-labs.com ,Ann
no address,Nobody
failure@kestrel-labs.com,Refused
ann3@kestrel-labs.com,Ann
ann1@kestrel-labs.com,Ann
ann4@kestrel-labs.com,"Ann, of two
lines"
failure-2@kestrel-labs.com,Refused
=ann5@kestrel-labs.com,Ann
ann6@kestrel-labs.com,Ann
failure-3@kestrel-labs.com,Refused
"""
"""Rows that are taken, that the stand-ins refuse, that we reject, a double, and cells to fix."""

PHONES = """name,phone_number
Ann,+14155550101
 Ann ,+14155550102
Nobody,12
Ann,+14155550103
Ann,+14155550104
"Ann, of two
lines",+14155550105
Ann,+14155550101
Ann,+14155550106
Ann,+14155550107
"""


RULES = "DUP801,EML302,EML303,NAM601,PHN,STR"
"""Some rules of each kind: with all of them a call would take half as long again."""


@dataclass(frozen=True)
class Scenario:
    """One way to a provider.

    Attributes:
        name: of the scenario.
        provider: where the rows go.
        options: what `-O` says.
        content: of the input.
        key: the column of the parts by which the stand-in knows a row.
        commits: the stand-in's route that takes rows.
        way: how a call that broke is cleared up, for the figures: "lookup", "key", or "person".
        sends: whether the call sends rows; else it is judged by the files that it leaves.
    """

    name: str
    provider: str
    options: Mapping[str, str]
    content: str = ADDRESSES
    key: str = "email"
    commits: str = "import"
    way: str = "person"
    sends: bool = True

    def argv(self, path: str = "a.csv") -> list[str]:
        """The call that sends the input in three parts."""
        options = [word for name in self.options for word in ("-O", f"{name}={self.options[name]}")]
        return [
            *("submit", path, "--to", self.provider, *options),
            *("--max-rows", "3", "--select", RULES),
        ]


_TALKVALUE = {"source_id": "7", "mode": "UPDATE"}

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        one.name: one
        for one in (
            Scenario("dotdigital", "dotdigital", {"address_book": "77"}),
            Scenario("experiture", "experiture", {}, commits="start", way="key"),
            Scenario(
                "experiture-list", "experiture", {"list_name": "Expo"}, commits="start", way="key"
            ),
            Scenario("landbase", "landbase", {"tag_name": "Expo"}, commits="start"),
            Scenario("talkvalue", "talkvalue", _TALKVALUE, commits="create", way="lookup"),
            Scenario(
                "talkvalue-cli",
                "talkvalue",
                {**_TALKVALUE, "transport": "cli"},
                commits="create",
                way="lookup",
            ),
            Scenario(
                "textus",
                "textus",
                {"account": "acme"},
                content=PHONES,
                key="phone_number",
                commits="upload",
            ),
        )
    }
)
"""Submissions, by name."""

LATER: Mapping[str, Scenario] = MappingProxyType(
    {
        one.name: one
        for one in (
            Scenario("resubmit", "talkvalue", _TALKVALUE, commits="create", way="lookup"),
            Scenario("resume-dotdigital", "dotdigital", {"address_book": "77"}),
            Scenario("resume-experiture", "experiture", {}, commits="start", way="key"),
            Scenario("resume-talkvalue", "talkvalue", _TALKVALUE, commits="create", way="lookup"),
            Scenario("merge", "talkvalue", _TALKVALUE, sends=False),
            Scenario("undo", "talkvalue", _TALKVALUE, sends=False),
            Scenario("undo-all", "talkvalue", _TALKVALUE, sends=False),
            Scenario("learn", "talkvalue", _TALKVALUE, sends=False),
        )
    }
)
"""Calls after others, by name; see `stage.BEFORE`."""


@dataclass(frozen=True)
class Complaint:
    """What a provider's tool ends with once, of its own accord.

    Attributes:
        command: its word in the arguments: "start", "create".
        error: the JSON of the error.
        code: the exit code.
        after: whether the work was done by then.
    """

    command: str
    error: str
    code: int
    after: bool


@dataclass(frozen=True)
class Trial:
    """One run, and what happens to it.

    Attributes:
        scenario: what is run.
        points: where its calls are killed, the first call's first; None for a call that is not.
        faults: what the provider's stand-in does, see `preflight.providers.sandbox.faults.parse`.
        complaint: what its tool ends with, where it is reached through one.
        patience: seconds that one call of the provider may take.
        around: what else is otherwise around the first call; its locks around each of them.
    """

    scenario: Scenario
    points: tuple[Point | None, ...] = ()
    faults: tuple[str, ...] = ()
    complaint: Complaint | None = None
    patience: float = 30.0
    around: Around = USUAL

    @property
    def reads_only(self) -> bool:
        """Whether its file system is mounted read-only at a point: not even a lock goes then."""
        return any(point is not None and point.manner == "readonly" for point in self.points)

    def __str__(self) -> str:
        points = ", then ".join(str(point or "not killed") for point in self.points)
        said = ""
        if self.complaint is not None:
            when = "after" if self.complaint.after else "before"
            said = f"{self.complaint.command} ends with {self.complaint.code} {when} its work, "
            said += self.complaint.error.strip()
        told = [self.scenario.name, points, " ".join(self.faults), said, *self._surroundings()]
        return " · ".join(filter(None, told))

    def _surroundings(self) -> list[str]:
        around = self.around
        return [
            f"the clock is {around.clock} s ahead" if around.clock else "",
            f"the clock jumps by {around.jump} s" if around.jump else "",
            f"locks {around.locks}" if around.locks else "",
            f"meanwhile {' '.join(around.meanwhile)}" if around.meanwhile else "",
        ]
