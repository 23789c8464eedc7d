"""Whether the counters of an import agree with the lines of its report."""

from __future__ import annotations

from collections import Counter

from preflight.config.profile import Profile
from preflight.core.exchange import FailureReport, Outcome


def disagreements(report: FailureReport, outcome: Outcome, profile: Profile) -> list[str]:
    """A note for each counter that differs from the number of report lines with its reasons.

    Lines with reasons that the profile does not know belong to no counter. If there are any, a
    counter may include them, so the note gives their number too.
    """
    lines: Counter[str | None] = Counter(
        profile.counters.get(" ".join(str(code).casefold().split()))
        for page in report.pages()
        for code in page.table["code"]
    )
    strange = f", and {lines[None]} of reasons that it does not document" if lines[None] else ""
    return [
        f"the provider counts {outcome.counts[name]} as {name}, its report has {lines[name]} lines "
        f"of them{strange}"
        for name in dict.fromkeys(profile.counters.values())
        if name in outcome.counts and outcome.counts[name] != lines[name]
    ]
