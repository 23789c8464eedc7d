"""Which libraries a report's verdicts are those of."""

from __future__ import annotations

from importlib.metadata import version

from preflight.report.libraries import judge_of, libraries


def test_each_library_is_named_with_its_version() -> None:
    """Another version of their metadata may say another thing of a cell."""
    assert libraries() == {
        name: version(name) for name in ("email-validator", "phonenumbers", "tzdata")
    }
    assert judge_of("phone") == f"phonenumbers {version('phonenumbers')}"
    assert judge_of("text") == ""
