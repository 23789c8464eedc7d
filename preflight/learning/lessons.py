"""Lessons: proposals with the evidence for them. Nothing of them is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from preflight.core.exchange import Reason
from preflight.learning.counting import Support
from preflight.learning.properties import Property
from preflight.rule import Rule
from preflight.runs.ledger.run import Run


@dataclass(frozen=True, slots=True)
class Raised:
    """A rule that warned about the rows could reject them: a severity for the config."""

    rule: Rule
    support: Support

    @property
    def name(self) -> str:
        """Identifies the proposal."""
        return f"severity {self.rule.code}"


@dataclass(frozen=True, slots=True)
class Switched:
    """A rule that was off would have reported the rows.

    Attributes:
        selects: whether `extend_select` turns it on; else `ignore` or the severity turns it off.
    """

    rule: Rule
    support: Support
    selects: bool

    @property
    def name(self) -> str:
        """Identifies the proposal."""
        return f"select {self.rule.code}"


@dataclass(frozen=True, slots=True)
class Demanded:
    """A field that must not be blank: an `any_of` for the config."""

    of: Property
    support: Support

    @property
    def name(self) -> str:
        """Identifies the proposal."""
        return f"demand {self.of.column.field}"


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule for the user's own rules.

    Attributes:
        code: one that no rule has.
        text: of its file; None if it would name a domain of a person, and values are not shown.
    """

    code: str
    of: Property
    support: Support
    text: str | None

    @property
    def name(self) -> str:
        """Identifies the proposal."""
        return f"rule {self.code}"


Proposal = Raised | Switched | Demanded | Ruled
"""Any of the proposals."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """The lesson from one reason of a provider.

    Attributes:
        code: the provider's, verbatim.
        reason: its class.
        rows: number of rows that were refused for it; unchanged rows count once.
        missed: number of these rows without a warning that predicted it, see `prediction`.
        known: whether the profile or the config has its class.
        guess: the class that its wording suggests if it is not known; None if it suggests none.
        proposals: that would have reported its rows, best first.
        why: why there are no proposals, as a fact; else "".
    """

    code: str
    reason: Reason
    rows: int
    missed: int
    known: bool
    guess: Reason | None
    proposals: tuple[Proposal, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lessons:
    """The lessons from a family of runs.

    Attributes:
        runs: the family.
        provider: its name.
        accepted, refused: numbers of rows that were compared.
        whole: number of rows that were refused with all of their part.
        unnamed: number of rows of which the provider does not say whether it refused them.
        tried: number of properties and rules that were tried.
        lessons: one for each reason, the most frequent first.
    """

    runs: Sequence[Run]
    provider: str
    accepted: int
    refused: int
    whole: int
    unnamed: int
    tried: int
    lessons: tuple[Lesson, ...] = field(default=())

    @property
    def proposals(self) -> list[Proposal]:
        """All proposals, each once even if several reasons have it."""
        every = [proposal for lesson in self.lessons for proposal in lesson.proposals]
        return list({proposal.name: proposal for proposal in reversed(every)}.values())[::-1]
