"""A report that a person saved: its records, and the headers of its pages."""

from __future__ import annotations

from preflight.providers.saved_report import ReportColumns, SavedReport, cut, header


def saved(text: str) -> SavedReport:
    return SavedReport(text.encode(), text, "saved.csv", lambda _name: None)


def test_a_cell_of_any_length_is_read() -> None:
    huge = "x" * 300_000
    assert cut(f"a,{huge}\n\nb,c\n") == [["a", huge], ["b", "c"]]


def test_the_columns_of_a_later_page_are_put_in_the_order_of_the_first() -> None:
    """Two pages in one file, and the header of the second is no row."""
    columns = ReportColumns(("who", "why"))
    found = saved("Who;WHY\nann;bad\nwhy;who\nworse;bob\n").records(columns)
    assert found.column("who") == ["ann", "bob"]
    assert found.column("why") == ["bad", "worse"]


def test_the_header_is_compared_in_the_form_of_the_columns() -> None:
    """Without case; or as the provider's reader says."""
    assert header("WHO ,x\n", ReportColumns(("who",))) == ("WHO", "x")
    assert header("w h o,x\n", ReportColumns(("who",))) == ()
    assert header("w h o,x\n", ReportColumns(("who",), lambda name: name.replace(" ", ""))) == (
        "w h o",
        "x",
    )
