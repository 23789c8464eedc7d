"""`preflight undo DIR`: undo a fix, as a whole or in part."""

from __future__ import annotations

from pathlib import Path

import click

from preflight.report import text
from preflight.writing import results_folder, undo


@click.command("undo")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="where to write the original [under its own name, beside DIR]",
)
@click.option("--force", is_flag=True, help="replace an existing file of that name")
@click.option("--code", "codes", multiple=True, metavar="CODE", help="undo only this rule's fixes")
@click.option(
    "--row",
    "rows",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="undo only the fixes of this row of the input",
)
def command(
    folder: Path, target: Path | None, force: bool, codes: tuple[str, ...], rows: tuple[int, ...]
) -> int:
    """Undo a fix.

    Writes the original file again, byte for byte, and does not touch the files in DIR. With --code
    or --row, undoes only those fixes, in DIR's clean.csv, and records that in fixes.csv.
    """
    if not codes and not rows:
        restored = undo.restore(folder, target, force=force)
        path = text.visible(str(restored.path))
        if restored.unchanged:
            click.echo(f"{path} is already the original; nothing to undo")
        else:
            click.echo(f"{path}: restored, {text.number(restored.size)} bytes, as before the fix")
        return 0
    if target is not None or force:
        raise click.UsageError("-o and --force cannot be combined with --code or --row")
    reverted = undo.revert(folder, codes=codes, rows=rows)
    click.echo(
        f"{text.visible(str(folder / results_folder.CLEAN))}: "
        f"{text.plural(reverted.fixes, 'fix', 'fixes')} undone in "
        f"{text.plural(reverted.rows, 'row')}. Run `preflight check` to see whether they still pass"
    )
    return 0
