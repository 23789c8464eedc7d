"""What a person can do about a refusal."""

from __future__ import annotations

import pandas as pd

from preflight.config import profiles
from preflight.runs.matching.reasons import reasons_of

SAID = [
    ("Hard bounced", "", "suppressed"),
    ("EMAIL_SUPPRESSED", "", "suppressed"),
    ("4017", "This contact has unsubscribed from the list", "suppressed"),
    ("opted-out", "", "suppressed"),
    ("blocked", "", "suppressed"),
    ("invalid_email", "the domain is blocked", "fix"),
    ("building_block", "", "unknown"),
    ("adopted", "outside of the region", "unknown"),
    ("4017", "no such country", "unknown"),
]


def test_a_failure_without_a_known_code_has_a_class_by_its_words() -> None:
    """What the profile says of a code counts more."""
    codes, messages, expected = zip(*SAID, strict=True)
    first, second = (pd.Series(list(texts), dtype="str") for texts in (codes, messages))
    assert tuple(reasons_of(first, second, profiles.load("talkvalue"))) == expected
    nothing = pd.Series([], dtype="str")
    assert list(reasons_of(nothing, nothing, profiles.load("textus"))) == []
