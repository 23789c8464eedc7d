"""`preflight undo DIR`: take a fix back, as a whole or in part."""

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
    help="where the input is written [its own name, beside DIR]",
)
@click.option("--force", is_flag=True, help="replace another file that stands there")
@click.option(
    "--code", "codes", multiple=True, metavar="CODE", help="take back only this rule's fixes"
)
@click.option(
    "--row",
    "rows",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="take back only fixes of this row of the input",
)
def command(
    folder: Path, target: Path | None, force: bool, codes: tuple[str, ...], rows: tuple[int, ...]
) -> int:
    """Take a fix back.

    Writes the file that was fixed again, byte for byte; what stands in DIR stays. With --code or
    --row the fixes of those cells are taken back in DIR's clean.csv, and fixes.csv says so.
    """
    if not codes and not rows:
        restored = undo.restore(folder, target, force=force)
        how = "stands there unchanged" if restored.stood else "restored"
        click.echo(
            f"{text.visible(str(restored.path))}: {how}, {text.number(restored.size)} bytes, "
            "as it was before the fix"
        )
        return 0
    if target is not None or force:
        raise click.UsageError("-o and --force go with taking everything back, not with --code")
    taken = undo.revert(folder, codes=codes, rows=rows)
    click.echo(
        f"{text.visible(str(folder / results_folder.CLEAN))}: {text.plural(taken.cells, 'cell')} "
        f"taken back in {text.plural(taken.rows, 'row')}; `preflight check` tells if they pass so"
    )
    return 0
