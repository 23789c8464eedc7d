"""What is learned: proposals, each with what speaks for it. Nothing of them is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from preflight.core.types import Reason
from preflight.learning.counting import Support
from preflight.learning.properties import Property
from preflight.rule import Rule
from preflight.runs.ledger.run import Run


@dataclass(frozen=True, slots=True)
class Raised:
    """A rule that warned of the rows may reject them: a severity for the config."""

    rule: Rule
    support: Support

    @property
    def name(self) -> str:
        """Tells it from the other proposals."""
        return f"severity {self.rule.code}"


@dataclass(frozen=True, slots=True)
class Switched:
    """A rule that was not on would have found the rows.

    Attributes:
        selects: whether `extend_select` switches it on; else it is ignored, or off.
    """

    rule: Rule
    support: Support
    selects: bool

    @property
    def name(self) -> str:
        """Tells it from the other proposals."""
        return f"select {self.rule.code}"


@dataclass(frozen=True, slots=True)
class Demanded:
    """A field must not be blank: an `any_of` for the config."""

    of: Property
    support: Support

    @property
    def name(self) -> str:
        """Tells it from the other proposals."""
        return f"demand {self.of.column.field}"


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule of one's own.

    Attributes:
        code: a free one.
        text: of its file; None where it would name somebody's own domain, and values are not shown.
    """

    code: str
    of: Property
    support: Support
    text: str | None

    @property
    def name(self) -> str:
        """Tells it from the other proposals."""
        return f"rule {self.code}"


Proposal = Raised | Switched | Demanded | Ruled
"""One of them."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned of one reason of a provider.

    Attributes:
        code: the provider's, verbatim.
        reason: its class.
        rows: how many rows were refused for it, each as it was sent counted once.
        missed: how many of them had no warning that predicted it, see `prediction`.
        known: whether the profile or the config has its class.
        guess: a class that its wording tells, where it is not known; None where nothing does.
        proposals: what would have found its rows, best first.
        why: why there is no proposal, or none more; a fact, "" where there is nothing to say.
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
    """What is learned of a family of runs.

    Attributes:
        runs: the family.
        provider: its name.
        accepted, refused: rows there was to learn from.
        whole: rows that were refused with all of their part.
        unnamed: rows of which the provider does not say whether it refused them.
        tried: how many properties and rules were looked at.
        lessons: one a reason, the most frequent first.
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
        """All of them, each once, though it may tell rows of several reasons."""
        every = [one for lesson in self.lessons for one in lesson.proposals]
        return list({one.name: one for one in reversed(every)}.values())[::-1]
