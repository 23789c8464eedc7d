"""The page of `preflight review` in a browser: from the first edit to the last; hostile cells."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import DESKTOP, PHONE, Visits, overflow, serious_faults
from tests.calls import PROGRAM, bare_environment
from tests.review.reviews import FEW, LEADS

SENDING = ("--for", "talkvalue", "--region", "US", "--sandbox", "-O", "source_id=7", "-O",
           "mode=UPDATE")  # fmt: skip
NEVER = 60_000
expect.set_options(timeout=NEVER)


@contextmanager
def serving(folder: Path, *argv: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A review in a process of its own, and the address that it printed."""
    config = folder / "preflight.toml"
    config.write_text(f"select = {list(FEW)}\n")
    with (folder / "err.txt").open("w") as err:
        process = subprocess.Popen(
            [*PROGRAM, "review", *argv, "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
            cwd=folder,
            env={**bare_environment(), "PREFLIGHT_POLL_SCALE": "0.001"},
        )
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address, (folder / "err.txt").read_text()
            yield process, address
        finally:
            process.kill()
            process.communicate()


def opened(
    visits: Visits, address: str, size: tuple[int, int] = DESKTOP, *, dark: bool = False
) -> Page:
    """The page at an address, its rows shown."""
    host = address.split("/")[2]
    page = visits.page(size, scheme="dark" if dark else "light", allowed=[host])
    page.set_default_timeout(NEVER)
    page.goto(address)
    page.wait_for_selector("[role=gridcell]")
    return page


def close(visits: Visits) -> None:
    """Closes all pages: they would miss the process, and say so in their consoles."""
    for context in visits.contexts:
        context.close()
    visits.contexts.clear()


def left(page: Page, words: str) -> None:
    """Waits until the progress says so."""
    expect(page.locator("#left")).to_have_text(words)


def typed(page: Page, row: int, column: int, text: str) -> None:
    """Types into a cell of the row that has this number in the file, and keeps it."""
    cell = page.locator(f".row:has(.num:text-is('{row}')) [data-column='{column}']")
    cell.click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def sent(page: Page, *, would: str, arrived: str) -> None:
    """Sends what is corrected: what the page says before it, and what of the answer."""
    page.click("#send")
    expect(page.locator("#would")).to_have_text(would)
    page.click("#really")
    expect(page.locator("#arrived")).to_have_text(arrived)


def test_from_the_first_edit_over_a_kill_to_no_failure(visits: Visits, tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text(LEADS)
    with serving(tmp_path, "leads.csv", *SENDING) as (process, address):
        page = opened(visits, address)
        left(page, "8 of 8 rows to fix")
        assert serious_faults(page) == []
        expect(page.locator("#cell")).to_contain_text("not a valid email address")
        page.keyboard.type("cy@kestrel-labs.com")
        page.keyboard.press("Enter")
        left(page, "7 of 8 rows to fix")
        page.locator(".kind", has_text="several phone numbers").get_by_role(
            "button", name="Use all 2 suggestions"
        ).click()
        left(page, "5 of 8 rows to fix")
        page.keyboard.press("Control+z")
        left(page, "7 of 8 rows to fix")
        page.keyboard.press("Control+Shift+z")
        left(page, "5 of 8 rows to fix")
        process.send_signal(signal.SIGKILL)
        process.wait()
        expect(page.locator("#banner")).to_contain_text("preflight has stopped")
        assert all("ERR_CONNECTION" in error for error in visits.errors)
        visits.errors.clear()
        page.close()
    with serving(tmp_path, "leads.preflight", *SENDING) as (_, address):
        page = opened(visits, address)
        left(page, "5 of 8 rows to fix")
        page.keyboard.press("Control+f")
        page.fill("#find-text", "@@")
        page.fill("#find-new", "@")
        page.select_option("#find-column", "")
        page.click("#replace-all")
        left(page, "4 of 8 rows to fix")
        page.keyboard.press("Escape")
        typed(page, 4, 0, "annie@kestrel-labs.com")
        typed(page, 7, 2, "+14155552677")
        typed(page, 8, 2, "+14155552678")
        typed(page, 8, 5, "Gold")
        left(page, "1 of 8 rows to fix")
        page.locator("[data-show=all]").click()
        expect(page.locator(".row.open")).to_have_count(1)
        page.click("#columns")
        page.fill("#timezone", "Europe/Berlin")
        page.click("#look")
        expect(page.locator("#preview")).to_contain_text("nothing changes")
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_be_hidden()
        page.locator(".row.open").locator("[data-column='0']").click()
        page.keyboard.press("Control+Delete")
        left(page, "All 8 rows settled")
        page.click("#save")
        expect(page.locator("#next")).to_contain_text("preflight fix leads.preflight/corrected.csv")
        page.keyboard.press("Escape")
        sent(
            page,
            would="7 corrected rows would be sent to TalkValue in 1 part.",
            arrived="TalkValue accepted 7 rows, and rejected none.",
        )
        close(visits)
    assert "kestrel" not in (tmp_path / "err.txt").read_text()


HOSTILE = (
    "<img src=http://evil.invalid/x onerror=alert(1)>",
    '=HYPERLINK("http://evil.invalid","x")',
    "\u202egnp.exe",
    "<script>alert(2)</script>",
    "javascript:alert(3)",
    "</textarea><b>bold</b>",
)


def test_hostile_cells_are_text_and_other_pages_follow_or_are_refused(
    visits: Visits, tmp_path: Path
) -> None:
    """In the grid, beside it, in the editor, the dialogs and the column names; a megabyte, too."""
    names = ["email", "<b>name</b>", "notes"]
    rows = [[f"a{at}@@kestrel-labs.com", cell, cell] for at, cell in enumerate((*HOSTILE, "long"))]
    quoted = ["\t".join(row) for row in [names, *rows]]
    (tmp_path / "leads.tsv").write_text("\n".join(quoted) + "\n")
    with serving(tmp_path, "leads.tsv") as (_, address):
        page = opened(visits, address, PHONE, dark=True)
        page.on("dialog", lambda dialog: visits.errors.append(f"dialog: {dialog.message}"))
        left(page, "7 of 7 rows to fix")
        assert overflow(page) == 0
        assert serious_faults(page) == []
        page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        for at, cell in enumerate(HOSTILE):
            shown = cell.replace("\u202e", "·")
            place = page.locator(f"#c-{at}-2")
            expect(place).to_have_text(shown)
            place.click()
            expect(page.locator("#cell textarea")).to_have_value(cell)
        expect(page.locator("#cell h3")).to_have_text("notes")
        page.locator("#c-6-2").click()
        page.locator("#cell textarea").fill("x" * 1_000_000)
        page.keyboard.press("Enter")
        expect(page.locator("#cell")).to_contain_text("1,000,000 characters")
        page.keyboard.press("Enter")
        page.wait_for_selector(".editor")
        assert page.evaluate("document.querySelector('.editor').value.length") == 1_000_000
        page.keyboard.press("Escape")
        page.click("#columns")
        page.wait_for_selector(".map")
        page.keyboard.press("Escape")
        assert page.evaluate("document.images.length") == 0
        assert page.locator("main b, dialog b, main script, main img").count() == 0
        with page.expect_popup() as popup:
            page.evaluate("void window.open('/')")
        other = popup.value
        other.wait_for_selector("[role=gridcell]")
        typed(page, 1, 0, "ann@kestrel-labs.com")
        left(page, "6 of 7 rows to fix")
        left(other, "6 of 7 rows to fix")
        unknown = visits.page(allowed=[address.split("/")[2]])
        unknown.goto(address)
        expect(unknown.locator("#banner")).to_contain_text("printed a new one in the terminal")
        visits.errors = [error for error in visits.errors if "403" not in error]
        close(visits)
    assert "here is a new one: http://127.0.0.1:" in (tmp_path / "err.txt").read_text()


def test_a_value_that_a_delimiter_cut_is_joined(visits: Visits, tmp_path: Path) -> None:
    """And what the page does not check is said; names stand in quotes."""
    rows = "ann@kestrel-labs.com,Kestrel, Inc.,Ann,\nbob@kestrel-labs.com,Pike,Bob,\n"
    (tmp_path / "leads.csv").write_text(f"email,company,first_name,phone\n{rows}")
    with serving(tmp_path, "leads.csv") as (_, address):
        page = opened(visits, address)
        left(page, "1 of 1 row to fix")
        page.locator("#c-0-1").click()
        expect(page.locator("#cell")).to_contain_text("Kestrel, Inc.")
        page.click("#join")
        expect(page.locator("#c-0-1")).to_have_text("Kestrel, Inc.")
        expect(page.locator("#c-0-2")).to_have_text("Ann")
        expect(page.locator("#unjudged")).to_contain_text("people share a phone number")
        assert "`" not in page.locator("aside").inner_text()
        assert serious_faults(page) == []
        close(visits)


def test_what_the_provider_rejects_is_gone_on_with(visits: Visits, tmp_path: Path) -> None:
    """What it accepted is not among the rows any more, and is not sent again."""
    rejects = "none,Ann\nnobody,Bo\n"
    (tmp_path / "leads.csv").write_text(f"email,first_name\n{rejects}")
    with serving(tmp_path, "leads.csv", *SENDING) as (_, address):
        page = opened(visits, address)
        typed(page, 1, 0, "ann@kestrel-labs.com")
        typed(page, 2, 0, "failure@kestrel-labs.com")
        left(page, "All 2 rows settled")
        sent(
            page,
            would="2 corrected rows would be sent to TalkValue in 1 part.",
            arrived="TalkValue accepted 1 and rejected 1 row.",
        )
        page.click("#failures")
        left(page, "1 of 1 row to fix")
        expect(page.locator("#cell")).to_contain_text("UNKNOWN_ERROR")
        typed(page, 2, 0, "bo@kestrel-labs.com")
        left(page, "All 1 row settled")
        sent(
            page,
            would="1 corrected row would be sent to TalkValue in 1 part.",
            arrived="TalkValue accepted 1 row, and rejected none.",
        )
        close(visits)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_when_nothing_is_left_it_says_so(
    visits: Visits, tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "leads.csv").write_text("email,first_name\nann@kestrel-labs.com,Ann\nnone,Bo\n")
    with serving(tmp_path, "leads.csv") as (_, address):
        page = opened(visits, address, size)
        page.locator("#leave").click()
        left(page, "All 1 row settled")
        page.locator("[data-show=open]").click()
        expect(page.locator("#empty")).to_contain_text("Nothing is left to fix")
        assert overflow(page) == 0
        assert serious_faults(page) == []
        close(visits)
