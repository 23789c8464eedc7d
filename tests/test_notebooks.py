"""The notebooks run from scratch, and give the outputs that are committed with them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

import preflight
from tests.notebooks import NOTEBOOKS, executed

_RUN = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")
_STYLE_OR_TAG = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL)
_MOST_BYTES = 500_000

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(output: Any) -> tuple[str, ...]:
    """What a reader sees of an output: its words, or that it is an image."""
    if output.output_type == "stream":
        return ("stream", output.name, words(output.text))
    return tuple(
        f"{kind}: {words(str(text)) if kind.startswith('text/') else 'an image'}"
        for kind, text in sorted(output.data.items())
    )


def words(text: str) -> str:
    """A text without markup, in single spaces, whatever the run's ID is."""
    return " ".join(_STYLE_OR_TAG.sub(" ", _RUN.sub("RUN", text)).split())


def test_there_are_three_notebooks() -> None:
    assert len(NOTEBOOKS) == 3


@pytest.mark.slow
@each_notebook
def test_a_notebook_gives_what_is_committed(path: Path) -> None:
    committed, again = nbformat.read(path, as_version=4), executed(path)
    for before, after in zip(code_cells(committed), code_cells(again), strict=True):
        assert [shown(output) for output in after.outputs] == [
            shown(output) for output in before.outputs
        ], before.source


@each_notebook
def test_what_is_committed_is_small_complete_and_free_of_warnings_and_times(path: Path) -> None:
    assert path.stat().st_size < _MOST_BYTES
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [cell.metadata for cell in notebook.cells if cell.metadata]
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {
        "stream", "execute_result", "display_data"
    }  # fmt: skip
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert [output for output in outputs if "image/png" in output.get("data", ())]
    assert "/tmp/" not in path.read_text()


@each_notebook
def test_a_notebook_has_one_title_and_sections_under_it(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    marks = re.findall(r"^#+(?= )", "\n".join(texts), flags=re.MULTILINE)
    assert cells[0].source.startswith("# ")
    assert marks == ["#"] + ["##"] * (len(marks) - 1)
    assert len(marks) > 3


@each_notebook
def test_a_notebook_uses_public_names_alone(path: Path) -> None:
    cells = code_cells(nbformat.read(path, as_version=4))
    tree = ast.parse("\n".join(cell.source for cell in cells))
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }
    assert not {name for name in imported if name.startswith(("preflight.", "tests", "fixtures"))}
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    assert not [node.attr for node in used if node.attr.startswith("_")]
    public = {
        node.attr
        for node in used
        if isinstance(node.value, ast.Name) and node.value.id == "preflight"
    }
    assert public
    assert public <= set(preflight.__all__)
