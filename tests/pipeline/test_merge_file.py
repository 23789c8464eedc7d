"""A report joined to a file that was uploaded by hand: its rows, its books, and its original."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config.settings import Settings
from preflight.core.errors import UsageError
from preflight.core.row_id import row_id
from preflight.pipeline.merge_file import merge_submitted
from preflight.runs.settlement import SettledRun
from tests.calls import rows_of
from tests.examples import examples

HEADER = "Badge,E-Mail Address,Town\n"


def merged(
    folder: Path, sent: str, report: str, provider: str = "dotdigital", original: str | None = None
) -> SettledRun:
    """The report, joined to the file, with results in `out`."""
    (folder / "work").mkdir(exist_ok=True)
    (folder / "up.csv").write_text(sent, encoding="utf-8", newline="")
    (folder / "report").write_text(report, encoding="utf-8", newline="")
    if original is not None:
        (folder / "own.csv").write_text(original, encoding="utf-8", newline="")
    return merge_submitted(
        folder / "up.csv",
        provider,
        [folder / "report"],
        Settings(),
        work=folder / "work",
        original=folder / "own.csv" if original is not None else None,
        folder=folder / "out",
        force=True,
    )


def written(folder: Path, name: str = "failures.csv") -> list[dict[str, str]]:
    return rows_of(folder / "out" / name)


def test_equal_rows_are_one_of_k_and_several_reasons_stand_together(tmp_path: Path) -> None:
    """Two lines of different words may be about two of the three."""
    twin = "a@b.org,Rom\n"
    sent = f"Email,Town\n{twin}b@b.org,Bonn\n{twin}{twin}"
    report = "Reason,Email,Town\nBlocked,A@b.org,Rom\nUnsubscribed,a@b.org,Rom\n"
    told = merged(tmp_path, sent, report + "Blocked,b@b.org,Bonn\nUnsubscribed,B@b.org,Bonn\n")
    one, sure, other = written(tmp_path)
    assert one["preflight__message"] == "one of 3 equal rows"
    assert other["preflight__provider_code"] == "Unsubscribed"
    assert sure["preflight__provider_code"] == "Blocked; Unsubscribed"
    assert sure["preflight__message"] == ""
    assert (told.books.accepted, told.books.rejected_there) == (1, 3)


def test_malformed_rows_are_kept_as_they_were_written(tmp_path: Path) -> None:
    merged(tmp_path, "Email,Town\na@b.org,Rom,surplus\n", "Reason,Email\nBlocked,a@b.org\n")
    (row,) = written(tmp_path)
    assert (row["Town"], row["preflight__raw"]) == ("Rom", "a@b.org,Rom,surplus")


def test_experiture_in_json_lines_says_what_our_rules_had_predicted(tmp_path: Path) -> None:
    lines = [{"row": 2, "email": "not an address", "error": "Invalid email format"}]
    report = "".join(json.dumps(line) + "\n" for line in lines)
    told = merged(tmp_path, "email,first_name\na@b.org,A\nnot an address,N\n", report, "experiture")
    assert [row["preflight__class"] for row in written(tmp_path)] == ["fix"]
    (one,) = told.predicted.values()
    assert (one.rows, one.predicted, one.missed) == (1, 1, 0)
    assert told.books.accepted == 1


def test_lines_without_a_number_or_an_address_count_as_rows_that_nobody_names(
    tmp_path: Path,
) -> None:
    told = merged(tmp_path, "Email\na@b.org\nb@b.org\n", "Reason,Email\nBlocked,\n")
    assert (told.books.rejected_there, told.unattributed, told.unmatched) == (1, 1, 1)
    assert written(tmp_path) == []


def test_rows_that_the_original_has_not_are_listed_and_not_guessed(tmp_path: Path) -> None:
    original = HEADER + '7,ann@b.org,"Rom\nNord"\n8,bo@b.org,Bonn\n9,bo@b.org,Köln\n'
    sent = "Email,Town\nnew@b.org,Oslo\nbo@b.org,Paris\nann@b.org,Rom Nord\n"
    report = "Reason,Email\nBlocked,new@b.org\nBlocked,bo@b.org\nBlocked,ann@b.org\n"
    told = merged(tmp_path, sent, report, original=original)
    (row,) = written(tmp_path)
    assert (row["Badge"], row["Town"], row["preflight__row"]) == ("7", "Rom\nNord", "1")
    lost = written(tmp_path, "unmatched.csv")
    assert [line["cells"] for line in lost] == ["new@b.org,Oslo", "bo@b.org,Paris"]
    assert told.books.rejected_there == 3
    assert "2 rejected rows were not found in the original: see unmatched.csv" in told.notes
    assert any("2 rows of" in note and "match no single row" in note for note in told.notes)


def test_equal_rows_of_the_original_are_one_of_k(tmp_path: Path) -> None:
    original = HEADER + "7,a@b.org,Rom\n7,a@b.org,Rom\n"
    told = merged(tmp_path, "Email\na@b.org\n", "Reason,Email\nX,a@b.org\n", original=original)
    (row,) = written(tmp_path)
    assert row["preflight__message"] == "one of 2 equal rows"
    assert any("1 rows match several equal rows" in note for note in told.notes)


def test_the_names_that_rows_carry_lead_to_the_original(tmp_path: Path) -> None:
    """A corrected failures.csv that was uploaded: addresses may be others by now."""
    original = HEADER + "7,ann@b,Rom\n8,bo@b.org,Bonn\n"
    (tmp_path / "own.csv").write_text(original, newline="")
    import hashlib

    sha256 = hashlib.sha256(original.encode()).hexdigest()
    sent = f"Email,preflight__id\nbo@b.org,{row_id(sha256, 2)}\nann@b.org,{row_id(sha256, 1)}\n"
    told = merged(tmp_path, sent, "Reason,Email\nBlocked,ann@b.org\n", original=original)
    (row,) = written(tmp_path)
    assert (row["E-Mail Address"], row["preflight__row"]) == ("ann@b", "1")
    assert row["preflight__id"] == row_id(sha256, 1)
    assert any("are identified by preflight__id" in note for note in told.notes)


def test_a_mapped_column_may_be_in_either_file_and_must_be_in_one(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "up.csv").write_text("Email\na@b.org\nb@b.org\n")
    (tmp_path / "own.csv").write_text("Login,No\nb@b.org,1\na@b.org,2\n")
    (tmp_path / "r.csv").write_text("Reason,Email\nX,a@b.org\n")

    def go(columns: dict[str, str]) -> SettledRun:
        return merge_submitted(
            tmp_path / "up.csv", "dotdigital", [tmp_path / "r.csv"], Settings(columns=columns),
            work=tmp_path / "work", original=tmp_path / "own.csv", folder=tmp_path / "out",
        )  # fmt: skip

    with pytest.raises(UsageError, match="neither file has the column `Nix`"):
        go({"Nix": "email"})
    go({"Login": "email"})
    (row,) = written(tmp_path)
    assert (row["Login"], row["No"], row["preflight__row"]) == ("a@b.org", "2", "2")


PEOPLE = st.lists(
    st.tuples(st.sampled_from("123"), st.sampled_from("abcd"), st.sampled_from(["Rom", "Ä", ""])),
    min_size=1,
    max_size=8,
)


@settings(max_examples=examples(1 / 2))
@given(PEOPLE, st.data())
def test_the_books_sum_and_every_refused_row_is_somewhere(
    people: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    """With an original or without, with rows added, doubled and left out, and strange lines."""
    original = [(badge, f"{name}@b.org", town) for badge, name, town in people]
    at = st.integers(0, len(original) - 1)
    kept = data.draw(st.lists(at, min_size=1, max_size=8))
    sent = [original[one][1:] for one in kept] + [("added@b.org", "Oslo")]
    refused = data.draw(st.lists(st.integers(0, len(sent) - 1), max_size=6))
    lines = [("X", sent[one][0].upper()) for one in refused] + [("Y", "strange@b.org"), ("Z", "")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for header, rows, file in (
            (("Badge", "E-Mail Address", "Town"), original, "own.csv"),
            (("Email", "Town"), sent, "up.csv"),
            (("Reason", "Email"), lines, "report"),
        ):
            with (folder / file).open("w", newline="", encoding="utf-8") as target:
                csv.writer(target).writerows([header, *rows])
        (folder / "work").mkdir()
        told = merge_submitted(
            folder / "up.csv", "dotdigital", [folder / "report"], Settings(), work=folder / "work",
            original=folder / "own.csv" if data.draw(st.booleans()) else None,
            folder=folder / "out",
        )  # fmt: skip
        books = told.books
        assert books.rows == len(sent) == books.accepted + books.rejected_there
        lost = [row for row in written(folder, "unmatched.csv") if "original" in row["why"]]
        there = written(folder)
        assert len(there) + len(lost) + told.unattributed == books.rejected_there
        keys = {sent[one][0] for one in refused}
        found = {next(value for value in row.values() if "@" in value) for row in there}
        assert found | {row["cells"].split(",")[0] for row in lost} == keys
