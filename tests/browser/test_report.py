"""The report in a browser: what a person sees of it, and what no cell can do to it."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from preflight.cli import main
from preflight.report import formats
from preflight.report.listing import Listing
from preflight.report.reported import Display, Reported, Unread
from tests.browser.visit import DESKTOP, PHONE, Scheme, Visits, overflow, serious_faults
from tests.calls import SHOW, TALKVALUE
from tests.checked import check, listed, rendered

HOSTILE = (
    "<img src=x onerror=window.pwned=1>", "</script><script>window.pwned=1</script>",
    "<!--<script>", "{{ 7 * 7 }}", "=HYPERLINK(1)", "\u202egnp.exe", "a\u0000b\u0085c", "`code`",
    "javascript:window.pwned=1", '" onmouseover="window.pwned=1', "x" * 1_000_000,
)  # fmt: skip
REJECTED, FIXED = 20_000, 10_000


def saved(folder: Path, text: str, name: str = "report.html") -> str:
    """The address of a page."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path.as_uri()


def status(page: Page, grid: str = "places") -> str:
    """What a table says of what it shows."""
    return page.locator(f"[data-grid={grid}] [data-status]").inner_text()


def column(page: Page, label: str, grid: str = "places") -> list[str]:
    """The cells of a column of a table."""
    return page.locator(f"[data-grid={grid}] tbody td[data-label='{label}']").all_inner_texts()


def timed(page: Page, action: str) -> float:
    """How long a script takes, in milliseconds."""
    spent: float = page.evaluate(
        f"() => {{ const start = performance.now(); {action}; return performance.now() - start; }}"
    )
    return spent


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with 100,000 places, with their values: four or two in a row."""
    folder = tmp_path_factory.mktemp("large")
    rejected = "".join(
        f" ann{at}@kestrel-labs.com,bo{at}@@kestrel-labs.com,#REF!,Company\u200b {at % 977}\n"
        for at in range(REJECTED)
    )
    fixed = "".join(
        f" cy{at}@kestrel-labs.com,cy{at}@kestrel-labs.com,,Company\u200b\n" for at in range(FIXED)
    )
    rules = ("EML302", "EML303", "TXT702", "TXT706")
    one = listed(
        check(folder, f"email,other email,note,company\n{rejected}{fixed}", select=rules),
        show_all=True,
    )
    one = dataclasses.replace(one, path="leads.csv")
    return saved(folder, rendered("html", one, display=Display(show_values=True)))


@pytest.fixture(scope="module")
def run_pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses of the pages of a run: as it waited, and when it had ended."""
    folder = tmp_path_factory.mktemp("run")
    out, state = folder / "out", ["--state-dir", str(folder / "state")]
    shared = ["--sandbox", "--show-values"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFLIGHT_POLL_SCALE", "0.001")
        patch.setenv("PREFLIGHT_ALLOW_VALUES", "1")  # under CI, too
        patch.chdir(folder)
        main(["submit", str(SHOW / "expo-utf8.csv"), *TALKVALUE, "--region", "US", "--timezone",
              "America/Chicago", "-o", str(out), "--no-wait", *shared, *state])  # fmt: skip
        shutil.copy(out / "report.html", folder / "waiting.html")
        main(["resume", "--sandbox", "--show-values", *state])
    return {
        "waiting": (folder / "waiting.html").as_uri(),
        "ended": (out / "report.html").as_uri(),
    }


@pytest.fixture
def hostile(tmp_path: Path) -> Listing:
    """A file whose cells and header try to be more than text."""
    quoted = [f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in HOSTILE]
    rows = "".join(f"{cell},#REF!\n" for cell in quoted)
    content = f'email,"<img src=x onerror=window.pwned=1> {"long name " * 12}"\n{rows}'
    one = listed(
        check(tmp_path, content, select=("EML302", "EML30", "TXT", "SEC", "HDR")), show_all=True
    )
    return dataclasses.replace(one, path='</title><script>window.pwned=1</script>"\u202e.csv')


def test_100_000_places_are_filtered_sorted_and_paged_without_lag(
    visits: Visits, large: str
) -> None:
    page = visits.page()
    page.goto(large)
    assert Path(large.removeprefix("file://")).stat().st_size < 5_000_000
    assert status(page) == "1 to 50 of 100,000 places"
    page.get_by_role("navigation", name="Pages of the table").first.get_by_text("Next").click()
    assert status(page) == "51 to 100 of 100,000 places"
    head = page.locator("[data-grid=places] thead").get_by_role("button", name="line")
    head.click()
    head.click()
    assert column(page, "line")[0] == str(REJECTED + FIXED + 1)
    expect(page.locator("[data-grid=places] th[aria-sort]")).to_have_attribute(
        "aria-sort", "descending"
    )
    buttons = "document.querySelectorAll('[data-grid=places] th button')"
    for at in range(7):
        assert timed(page, f"{buttons}[{at}].click()") < 1_500  # some 0.1 s on an idle machine
    page.get_by_label("Search").first.fill("ann17")
    expect(page.locator("[data-grid=places] [data-status]")).to_have_text(
        "1 to 50 of 1,111 places (filtered from 100,000)"
    )
    assert all("ann17" in cell for cell in column(page, "cell"))
    page.get_by_label("Rule").first.select_option("EML302")
    expect(page.locator("[data-grid=places] [data-status]")).to_have_text(
        "No place matches (filtered from 100,000)."
    )
    page.get_by_role("button", name="Clear").first.click()
    expect(page.locator("[data-grid=places] [data-status]")).to_contain_text("100,000 places")
    assert status(page, "fixes") == "1 to 50 of 20,000 cells"


def test_a_large_report_prints(visits: Visits, large: str) -> None:
    page = visits.page()
    page.goto(large)
    page.evaluate("""() => window.addEventListener('beforeprint', () => {
        window.open_while_printing = document.querySelectorAll('details[open]').length;
    })""")
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert 3 < printed.count(b"/Type /Page\n") < 20
    assert page.evaluate("window.open_while_printing") == 4
    assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_serious_to_say(
    visits: Visits, run_pages: dict[str, str], scheme: Scheme
) -> None:
    for size in (DESKTOP, PHONE):
        page = visits.page(size, scheme=scheme)
        page.goto(run_pages["ended"])
        page.locator("details").first.click()
        assert serious_faults(page) == []


def test_the_run_is_told_and_adds_up(visits: Visits, run_pages: dict[str, str]) -> None:
    page = visits.page()
    page.goto(run_pages["ended"])
    equation = page.locator("#equation").inner_text().replace(",", "")
    total, parts = equation.split("=")
    assert int(total.split()[0]) == sum(int(part.split()[0]) for part in parts.split("+"))
    assert "TalkValue accepted" in page.locator(".sentence").inner_text()
    section = page.locator("#sending").inner_text()
    for word in ("newCount", "CONTACT_BOUNCED", "cannot be corrected", "missed", "rehearsal"):
        assert word in section
    assert "failures.csv" in page.get_by_role("region", name="Next").inner_text()


def test_an_unfinished_run_says_so(visits: Visits, run_pages: dict[str, str]) -> None:
    page = visits.page(PHONE)
    page.goto(run_pages["waiting"])
    notice = page.get_by_role("status").first.inner_text()
    assert "This run has not ended" in notice
    assert "preflight resume" in notice
    assert "the results are not in yet" in page.locator(".sentence").inner_text()
    assert "unknown" in page.locator("#books").inner_text()
    assert overflow(page) == 0


def test_cells_are_text_whatever_stands_in_them(
    visits: Visits, hostile: Listing, tmp_path: Path
) -> None:
    text = rendered("html", hostile, display=Display(show_values=True))
    assert len(text) < 1_000_000
    for size in (DESKTOP, PHONE):
        page = visits.page(size)
        page.goto(saved(tmp_path, text))
        page.get_by_label("Rows a page").first.select_option("250")
        assert page.evaluate("window.pwned") is None
        assert page.locator("img, iframe, [onerror], [onmouseover]").count() == 0
        assert page.locator("script").count() == 2
        cells = column(page, "cell")
        for cell in HOSTILE[:5]:
            assert any(cell in shown for shown in cells), cell
        assert not any("\u202e" in shown for shown in cells)
        assert "</title><script>" in page.title()
        assert overflow(page) == 0


def test_a_page_can_be_used_by_keyboard(visits: Visits, run_pages: dict[str, str]) -> None:
    page = visits.page()
    page.goto(run_pages["ended"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details").first).to_have_attribute("open", "")
    code = page.locator("summary b").first.inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.value") == code
    assert all(shown.startswith(code) for shown in column(page, "rule"))


def test_a_page_tells_all_but_the_rest_of_its_places_without_scripts(
    visits: Visits, large: str
) -> None:
    page = visits.page(scripts=False)
    page.goto(large)
    assert status(page) == "The first 50 of 100,000 places"
    assert len(page.locator("[data-grid=places] tbody tr").all()) == 50
    expect(page.locator(".filters").first).to_be_hidden()


def _nothing(folder: Path) -> str:
    return rendered("html", listed(check(folder, "email\nann@kestrel-labs.com\n")))


def _no_rows(folder: Path) -> str:
    return rendered("html", listed(check(folder, "email,name\n")))


def _no_table(folder: Path) -> str:
    return rendered("html", listed(check(folder, b"%PDF-1.7\n")))


def _several(folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    one = listed(check(folder, "email\nbad\n"))
    other = dataclasses.replace(one, path=f"exports/{'a-very-long-name-' * 12}.csv")
    unread = [Unread("missing.csv", "no such file")]
    return rendered("html", one, other, unread=unread)


@pytest.mark.parametrize(
    ("make", "sentence", "also"),
    [
        (_nothing, "The row is clean.", "Nothing: no rule found anything."),
        (_no_rows, "Nothing can be used until this is fixed: no rows", "FIL009"),
        (_no_table, "Nothing can be used until this is fixed", "FIL002"),
        (_several, "0 of 2 rows are clean as the files are; 2 would be rejected.", "no such file"),
    ],
)
def test_a_page_with_little_on_it(
    visits: Visits, tmp_path: Path, make: Callable[[Path], str], sentence: str, also: str
) -> None:
    page = visits.page(PHONE)
    page.goto(saved(tmp_path, make(tmp_path)))
    assert sentence in page.locator(".sentence").inner_text()
    assert also in page.locator("main").inner_text()
    assert overflow(page) == 0
    assert serious_faults(page) == []


def test_a_page_of_no_file(visits: Visits, tmp_path: Path) -> None:
    unread = [Unread("missing.csv", "no such file")]
    pieces: Iterator[str] = formats.pieces("html", Reported([], unread=unread), Display())
    page = visits.page()
    page.goto(saved(tmp_path, "".join(pieces)))
    assert "missing.csv" in page.locator("main").inner_text()
