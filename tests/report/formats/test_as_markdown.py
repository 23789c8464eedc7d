"""Markdown, read by markdown-it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from preflight.core.redact import visible
from preflight.report.formats import as_markdown
from preflight.report.listing import Listing
from tests.checked import check, listed, rendered

READER = MarkdownIt("gfm-like", {"linkify": False})
PLAIN = {"text", "text_special", "code_inline"}


def blocks(text: str) -> list[Token]:
    """The blocks of a document, the inline ones with their children."""
    return READER.parse(text)


def shown(token: Token) -> str:
    """What a reader sees of an inline token; it has nothing but text and code."""
    children = token.children or []
    assert {child.type for child in children} <= PLAIN, [child.type for child in children]
    return "".join(
        child.content if child.type != "code_inline" else f"`{child.content}`" for child in children
    )


def rows(tokens: list[Token]) -> list[list[str]]:
    """The rows of the tables."""
    read: list[list[str]] = []
    for at, token in enumerate(tokens):
        if token.type == "tr_open":
            read.append([])
        if token.type in ("th_open", "td_open"):
            read[-1].append(shown(tokens[at + 1]))
    return read


def test_a_file_is_a_table_the_most_useful_rule_first(found: Listing) -> None:
    tokens = blocks(rendered("markdown", found))
    assert shown(tokens[1]) == "leads.csv: 5 rows, 5 errors, 1 warning"
    head, first, *others = rows(tokens)
    assert head == ["", "rule", "what is wrong", "column", "findings", "lines"]
    assert first == [
        "error", "EML302 email-invalid", "not a valid email address", "email", "2", "2, 4",
    ]  # fmt: skip
    assert [row[0] for row in others] == ["error"] * 3 + ["warning"]
    notes = [shown(token) for token in tokens if token.type == "inline"]
    assert "books: 5 rows = 1 clean + 4 rejected + 0 dropped" in notes


def test_several_files_have_a_table_and_those_with_findings_a_section(
    found: Listing, tmp_path: Path
) -> None:
    clean = listed(check(tmp_path, "email\nann@kestrel-labs.com\n", select=("EML302",)))
    clean = dataclasses.replace(clean, path="clean.csv")
    tokens = blocks(rendered("markdown", found, clean, found))
    assert shown(tokens[1]) == "preflight: 10 errors, 2 warnings in 3 files"
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h2", "h3", "h3"]
    assert rows(tokens)[:3] == [
        ["file", "rows", "errors", "warnings", "rejected rows"],
        ["leads.csv", "5", "5", "1", "4"],
        ["clean.csv", "1", "0", "0", "0"],
    ]


def test_names_of_others_are_no_markup(odd: Listing) -> None:
    text = rendered("markdown", odd)
    assert text.replace("\n", "").isprintable()
    tokens = blocks(text)
    kinds = {token.type for token in tokens}
    assert not {kind for kind in kinds if kind.startswith(("html", "fence", "code", "blockquote"))}
    assert all(shown(token) is not None for token in tokens if token.type == "inline")
    assert {len(row) for row in rows(tokens)} == {6}


ODD = st.text(st.sampled_from("a1 `|\\*_[]()<>&~#!@:$^+-=.w\n\u202e\x00\"'/"), max_size=30)


@given(ODD)
def test_any_text_is_shown_as_it_is_in_a_table_and_in_a_list(text: str) -> None:
    seen = visible(text).strip()
    cell = as_markdown.escaped(text, in_table=True)
    table = rows(blocks(f"| a |\n|---|\n| {cell} |\n"))
    assert len(table) == 2
    assert _same(table[1][0], seen)
    tokens = blocks(f"- {as_markdown.escaped(text)}\n")
    inline = [token for token in tokens if token.type == "inline"]
    assert [token.type for token in tokens if token.type == "list_item_open"] == ["list_item_open"]
    assert _same("".join(map(shown, inline)), seen)


def _same(told: str, seen: str) -> bool:
    """Whether a reader sees the text; code loses a blank at each end, and marks between two."""
    return told.replace("`", "").replace(" ", "") == seen.replace("`", "").replace(" ", "")
