"""Each rule with findings: what it found, what it means, and what settles it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from preflight.core.types import Severity
from preflight.report.groups import Group, groups
from preflight.report.listing import Listing
from preflight.report.rule_help import paragraphs


@dataclass(frozen=True)
class RuleCard:
    """A rule with findings of one severity.

    Attributes:
        code, name: of the rule.
        severity: of the findings.
        count: of them.
        sentence: what is wrong with all of them.
        step: what settles them; "" where the sentence says it.
        meaning: paragraphs, the first of which states the problem.
        files: in how many files it has findings.
    """

    code: str
    name: str
    severity: Severity
    count: int
    sentence: str
    step: str
    meaning: Sequence[str]
    files: int

    @property
    def is_error(self) -> bool:
        """Whether its findings are errors."""
        return self.severity is Severity.ERROR


def rule_cards(listings: Iterable[Listing]) -> list[RuleCard]:
    """The rules with findings of all files: errors first, then the most frequent."""
    found: dict[tuple[str, Severity], list[Group]] = {}
    for listing in listings:
        for group in groups(listing):
            found.setdefault((group.rule.code, group.rule.severity), []).append(group)
    cards = [_card(same) for same in found.values()]
    return sorted(cards, key=lambda card: (not card.is_error, -card.count, card.code))


def _card(same: Sequence[Group]) -> RuleCard:
    rule = same[0].rule
    sentences, steps = ({getattr(group, name) for group in same} for name in ("sentence", "step"))
    return RuleCard(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        count=sum(group.count for group in same),
        sentence=sentences.pop() if len(sentences) == 1 else rule.message,
        step=steps.pop() if len(steps) == 1 else "",
        meaning=[paragraph.replace("``", "`") for paragraph in paragraphs(rule)],
        files=len(same),
    )
