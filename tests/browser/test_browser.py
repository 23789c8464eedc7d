"""The browser of the tests works, and sees what a page must not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.visit import PHONE, Visits, overflow, serious_faults


def test_a_visit_notes_requests_errors_and_faults(visits: Visits, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        '<!doctype html><html lang="en"><title>A page</title><main><h1>One</h1>'
        '<p style="width: 500px; color: #ccc">pale</p>'
        '<img src="http://elsewhere.invalid/pixel.png" alt="">'
        "<script>setTimeout(() => missing())</script></main></html>"
    )
    page = visits.page(PHONE)
    page.goto(path.as_uri())
    page.wait_for_timeout(100)
    assert overflow(page) > 100
    assert [fault.split(":")[0] for fault in serious_faults(page)] == ["color-contrast"]
    with pytest.raises(AssertionError, match=r"elsewhere\.invalid"):
        visits.close()
    assert any("missing is not defined" in error for error in visits.errors)
    visits.foreign.clear()
    visits.errors.clear()
